package entry

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"lockstep/formattest"
)

// TestFormats: a file of an entry has the id that it was given, by which later entries
// stand on it, and which was signed. The event in it is of no kind that there is: what it
// says is no matter of this package's, and neither is who signed it.
func TestFormats(t *testing.T) {
	text := "a <b> & \u2028 ü"
	p, q := strings.Repeat("0a", 32), strings.Repeat("0b", 32)
	for name, tt := range map[string]struct {
		line Line
		id   string
	}{
		"entry.json":          {Line{Page: "adr/0001-<log>", Parents: []string{p, q}, Event: json.RawMessage(`{"id":"x","note":"<\u003c & ü","list":[1,{}]}`), Text: &text, Salt: "00ff", Signature: "U1NIU0lH"}, "e8b8dc9c44c2d16014c64929eed2801d5298899c5a781eb04a779f1aaabbdec1"},
		"entry-redacted.json": {Line{Page: "adr/0001-<log>", Parents: []string{p}, Event: json.RawMessage(`{"id":"x"}`)}, "963974cdbbd3fc540fb31f902a9222f7d73d2813a54f157db8cc0b6363c1149b"},
		"entry-first.json":    {Line{Page: "adr/0001-<log>", Parents: []string{}, Event: json.RawMessage(`{"id":"x"}`)}, "0781bc5562f0afe96b3ce6377680f95df426b5e1f2e55c8c3f34a40c5ed7dc5b"},
	} {
		formattest.Hold(t, name, tt.line, Decode, func(l Line) []byte {
			data, err := Encode(l)
			if err != nil {
				t.Error(err)
			}
			return bytes.TrimSuffix(data, []byte("\n"))
		})
		if got := tt.line.ID(); got != tt.id {
			t.Errorf("%s has the id %s, and had %s. %s", name, got, tt.id, formattest.Frozen)
		}
		if got := string(Message(tt.id)); got != tt.id+"\n" {
			t.Errorf("what is signed of %s is %q today. %s", name, got, formattest.Frozen)
		}
	}
}

// TestFormats_chain: lines of before there were merges, which name no parents, have the
// ids that they were given when each entry got its own.
func TestFormats_chain(t *testing.T) {
	var lines []Line
	for _, event := range []string{`{"id":"x"}`, `{"id":"y"}`} {
		lines = append(lines, Line{Page: "adr/0001-log", Event: json.RawMessage(event)})
	}
	for i, want := range []string{
		"1baba0a92f86a6089b44e1483704c777e14aaf11e5d5448f60ee72d49faf95ee",
		"697fdba1fd1f56301501321c0442891c20246087d1b12bb8575393828366c2d0",
	} {
		if got := Chain(lines)[i].ID(); got != want {
			t.Errorf("line %d has the id %s, and had %s. %s", i+1, got, want, formattest.Frozen)
		}
	}
}
