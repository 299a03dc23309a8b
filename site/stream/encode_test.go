package stream

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// TestText: whatever the line endings, no byte of the data can become a field.
func TestText(t *testing.T) {
	got := string(text("lab", Event{Name: "frame", Data: []byte("one\ntwo\r\nthree\rfour\n\nevent: forged\n: comment")}))
	want := "event: lab\ndata: frame\ndata: one\ndata: two\ndata: \ndata: three\ndata: four\ndata: \ndata: event: forged\ndata: : comment\n\n"
	if got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := string(text("a", Event{Name: "b"})); got != "event: a\ndata: b\ndata: \n\n" {
		t.Errorf("without data: %q", got)
	}
}

// TestEncoder: everybody gets the same bytes of an event; other bytes, and the same
// ones under another name, are another event.
func TestEncoder(t *testing.T) {
	var e encoder
	data := bytes.Repeat([]byte("a long text, "), 100)
	first := e.of("lab", Event{Name: "frame", Data: data}, true)
	if again := e.of("lab", Event{Name: "frame", Data: data}, true); &again.packed[0] != &first.packed[0] || &again.text[0] != &first.text[0] {
		t.Error("the same event was encoded twice")
	}
	for _, other := range []*part{
		e.of("lab", Event{Name: "frame", Data: bytes.Clone(data)}, true),
		e.of("lab", Event{Name: "frame", Data: data[:len(data)-1]}, true),
		e.of("lab", Event{Name: "patch", Data: data}, true),
		e.of("lob", Event{Name: "frame", Data: data}, true),
	} {
		if &other.packed[0] == &first.packed[0] {
			t.Errorf("another event has the bytes of the first: %.40s", other.text)
		}
	}
	if plain := e.of("x", Event{Name: "frame", Data: bytes.Clone(data)}, false); plain.packed != nil {
		t.Error("compressed for a reader who takes text")
	}
	if len(first.packed) > len(first.text)/5 {
		t.Errorf("%d bytes of %d", len(first.packed), len(first.text))
	}
	for i := range 100 {
		e.of("lab", Event{Name: fmt.Sprint(i), Data: bytes.Clone(data)}, true)
	}
	if kept := len(e.kept); kept > 8 {
		t.Errorf("%d are kept", kept)
	}
}

// TestStored: a text of any size comes back.
func TestStored(t *testing.T) {
	for _, n := range []int{0, 1, 0xffff, 0x10000, 200_000} {
		text := strings.Repeat("x", n)
		if got := unpack(t, stored([]byte(text))); got != text {
			t.Errorf("%d bytes became %d", n, len(got))
		}
	}
}
