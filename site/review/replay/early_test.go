package replay

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site"
	"lockstep/site/markdown"
	"lockstep/site/review/anchor"
)

// early are anchors by the first rules of the canonical text, as files of reviews
// hold them, and where they stood in other texts when those were the rules.
type early struct {
	Old     []site.Block      `json:"old"` // the text that they were made in
	Texts   map[string]string `json:"texts"`
	Anchors []earlyAnchor     `json:"anchors"`
}

type earlyAnchor struct {
	Text   string        `json:"text"`
	Lost   bool          `json:"lost,omitempty"` // the old text is not known any more
	Anchor anchor.Anchor `json:"anchor"`
	State  string        `json:"state"`
	Block  int           `json:"block"`
	Start  int           `json:"start"`
	End    int           `json:"end"`
	Reason string        `json:"reason,omitempty"`
}

const earlyFile = "testdata/early.json"

// TestPlace_early holds that anchors of canon 1, which lie in the reviews of many
// repositories, stand where they stood when they were made.
func TestPlace_early(t *testing.T) {
	data, err := os.ReadFile(earlyFile)
	if err != nil {
		t.Fatal(err)
	}
	var fixtures early
	if err := json.Unmarshal(data, &fixtures); err != nil {
		t.Fatal(err)
	}
	if len(fixtures.Anchors) < 100 {
		t.Fatalf("%d anchors", len(fixtures.Anchors))
	}
	parser := markdown.New(markdown.Options{})
	texts := make(map[string]*anchor.Doc)
	for name, text := range fixtures.Texts {
		texts[name] = Parse(parser, "a.md", []byte(text))
	}
	states := make(map[string]int)
	for _, e := range fixtures.Anchors {
		if e.Anchor.Canon != 1 {
			t.Fatalf("%s: canon %d", e.Text, e.Anchor.Canon)
		}
		var old *anchor.Doc
		if !e.Lost {
			old = &anchor.Doc{Revision: e.Anchor.Revision, Blocks: fixtures.Old}
		}
		got := anchor.Place(e.Anchor, old, texts[e.Text])
		states[got.State]++
		is := earlyAnchor{e.Text, e.Lost, e.Anchor, got.State, got.Block, got.Start, got.End, got.Reason}
		if diff := cmp.Diff(e, is); diff != "" {
			t.Errorf("%s, %q: %s", e.Text, e.Anchor.Block.Text, diff)
		}
	}
	for _, state := range []string{anchor.Exact, anchor.Moved, anchor.Edited, anchor.Block, anchor.Section, anchor.Orphan} {
		if states[state] == 0 {
			t.Errorf("none of them is %s: the fixtures do not try it", state)
		}
	}
}
