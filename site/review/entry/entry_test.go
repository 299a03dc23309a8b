package entry

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func line(page, event string, parents ...string) Line {
	return Line{Page: page, Parents: append([]string{}, parents...), Event: json.RawMessage(event)}
}

// TestID: whatever changes what an entry says or stands on changes its id, and
// nothing else does.
func TestID(t *testing.T) {
	p, q := strings.Repeat("a", 64), strings.Repeat("b", 64)
	text := "hello"
	same := line("adr/1", `{"id":"x"}`, p)
	same.Text, same.Salt, same.Signature, same.N = &text, "00", "sig", 7
	all := []string{line("adr/1", `{"id":"x"}`, p).ID(), line("adr/2", `{"id":"x"}`, p).ID(), line("adr/1", `{"id":"y"}`, p).ID(),
		line("adr/1", `{"id":"x"}`, q).ID(), line("adr/1", `{"id":"x"}`, p, q).ID(), line("adr/1", `{"id":"x"}`).ID(), line("adr/1"+p, `{"id":"x"}`).ID()}
	if same.ID() != all[0] {
		t.Error("text, salt, signature or number are part of the id")
	}
	slices.Sort(all)
	if n := len(slices.Compact(all)); n != 7 {
		t.Errorf("7 entries have %d ids", n)
	}
}

func TestEncode_decode(t *testing.T) {
	text := "a <b> & \u2028 ü"
	l := line("adr/1", `{"id":"x","note":"<\u003c & ü"}`, strings.Repeat("a", 64))
	l.Text, l.Salt, l.N = &text, "00", 3
	data, err := Encode(l)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	if got.ID() != l.ID() {
		t.Errorf("another id after a file:\n%s", data)
	}
	again, _ := Encode(got)
	if !bytes.Equal(data, again) {
		t.Error(cmp.Diff(string(data), string(again)))
	}
	for name, bad := range map[string]string{
		"something after it": string(data) + "}",
		"an unknown field":   strings.Replace(string(data), `"page"`, `"god":1,"page"`, 1),
		"no page":            strings.Replace(string(data), `"adr/1"`, `""`, 1),
		"no id as a parent":  strings.Replace(string(data), "aaaa", "AAAA", 1),
		"no UTF-8":           strings.Replace(string(data), "ü", "\xff", 1),
		"no event":           `{"page":"adr/1","parents":[]}`,
		"twice a parent":     `{"page":"adr/1","parents":["` + strings.Repeat("a", 64) + `","` + strings.Repeat("a", 64) + `"],"event":{}}`,
		"too long":           strings.Repeat(" ", MaxSize) + string(data),
	} {
		if _, err := Decode([]byte(bad)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestChain: lines without parents stand on the line before, of their own page.
func TestChain(t *testing.T) {
	old := func(page, event string) Line { return Line{Page: page, Event: json.RawMessage(event)} }
	lines := Chain([]Line{old("a", "1"), old("b", "1"), old("a", "2"), line("a", "3")})
	want := [][]string{{}, {}, {lines[0].ID()}, {}}
	for i, l := range lines {
		if diff := cmp.Diff(want[i], l.Parents); diff != "" {
			t.Errorf("line %d: %s", i, diff)
		}
	}
	if lines[0].ID() == lines[1].ID() {
		t.Error("two pages share an id")
	}
}
