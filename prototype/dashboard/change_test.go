package dashboard

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"lockstep/prototype/lab/frame"
)

// patched does what static/js/stream/patch.js does.
func patched(t *testing.T, before, changes []byte) string {
	t.Helper()
	var list []any
	if err := json.Unmarshal(changes, &list); err != nil {
		t.Fatalf("%v in %.200s", err, changes)
	}
	old := pieces(before)
	var b strings.Builder
	for i := 0; i < len(list); i++ {
		switch c := list[i].(type) {
		case string:
			b.WriteString(c)
		case float64:
			i++
			from, n := int(c), int(list[i].(float64))
			b.WriteString(strings.Join(old[from:from+n], ""))
		}
	}
	return b.String()
}

func render(t *testing.T, f frame.Frame) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := View(f).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestChangeFrom: what comes out is the frame, whatever came before it, and what two
// frames have in common is not sent.
func TestChangeFrom(t *testing.T) {
	f := largeFrame()
	before := render(t, f)
	f.Number++
	f.Tail.Rows[0].Cells = f.Tail.Rows[0].Cells[1:]
	now := render(t, f)
	for _, pair := range [][2]string{
		{string(before), string(now)}, {string(now), string(before)}, {string(now), string(now)},
		{"", string(now)}, {string(now), ""}, {"", ""}, {"<a>", "<a> <a>\n\"\\<é "}, {" ", "  < <"},
	} {
		if got := patched(t, []byte(pair[0]), changeFrom([]byte(pair[0]), []byte(pair[1]))); got != pair[1] {
			t.Errorf("%.60q of %.60q became %.60q", pair[1], pair[0], got)
		}
	}
	if change := changeFrom(before, now); len(change) > len(now)/10 {
		t.Errorf("a shifted row takes %d bytes of %d", len(change), len(now))
	}
}

// TestChangeFrom_random cuts and joins a frame at random.
func TestChangeFrom_random(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	words := []string{"<p>", " ", "<", "7", " class=\"x\"", "</p>", "é", "\"", "\\", "\n"}
	text := func() string {
		var b strings.Builder
		for range r.IntN(60) {
			b.WriteString(words[r.IntN(len(words))])
		}
		return b.String()
	}
	for range 3000 {
		before, now := text(), text()
		if r.IntN(2) == 0 && len(before) > 0 {
			at := r.IntN(len(before))
			now = strings.ToValidUTF8(before[at:], "") + now + strings.ToValidUTF8(before[:at], "")
		}
		if got := patched(t, []byte(before), changeFrom([]byte(before), []byte(now))); got != now {
			t.Fatalf("%q of %q became %q", now, before, got)
		}
	}
}

// TestDrawn_next: who has the frame before gets what has changed, the same bytes as
// all others; everybody else gets the frame.
func TestDrawn_next(t *testing.T) {
	var d drawn
	f := largeFrame()
	name, first, err := d.next(f, 0)
	if err != nil || name != "frame" {
		t.Fatalf("at first: %s, %v", name, err)
	}
	last := f.Number
	f.Number++
	name, change, err := d.next(f, last)
	if err != nil || name != "patch" || patched(t, first, change) != string(render(t, f)) {
		t.Errorf("the next: %s %.100s, %v", name, change, err)
	}
	if _, again, _ := d.next(f, last); &again[0] != &change[0] {
		t.Error("what has changed was worked out twice")
	}
	for _, had := range []uint64{0, last - 1, f.Number} {
		if name, data, err := d.next(f, had); err != nil || name != "frame" || string(data) != string(render(t, f)) {
			t.Errorf("who had %d gets %s, %v", had, name, err)
		}
	}
	old := f
	old.Number--
	if name, _, _ := d.next(old, old.Number-1); name != "frame" {
		t.Errorf("who is late gets a %s", name)
	}
	if name, _, _ := d.next(f, last); name != "patch" {
		t.Errorf("after a late reader the next gets a %s", name)
	}
}
