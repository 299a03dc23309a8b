package offline

import (
	"testing"

	"lockstep/site"
	"lockstep/site/review/subject"
)

// TestFind: a quote is found as readers see it and as it is written, in each place at
// which it stands, and never in words that are only like it.
func TestFind(t *testing.T) {
	d := subject.Page{Blocks: []site.Block{
		{N: 0, Kind: "heading", Text: "Decision", Line: 1},
		{N: 1, Kind: "paragraph", Text: "We keep one log per shard, see the plan.", Line: 3, Section: []string{"Decision"}},
		{N: 2, Kind: "code", Text: "a  := 1\nb := a*2", Line: 5},
		{N: 3, Kind: "item", Text: "Good, because one log is one log.", Line: 9},
	}}
	for _, tt := range []struct {
		what, quote string
		blocks      []string
	}{
		{"words", "log per shard", []string{"1"}},
		{"words over a line", "log\n  per   shard", []string{"1"}},
		{"marks and a link", "We **keep** `one log` per shard, see [the plan](../plan.md \"x\").", []string{"1"}},
		{"a list item as it is written", "- Good, because *one log*", []string{"3"}},
		{"a heading as it is written", "## Decision", []string{"0"}},
		{"code", "a  := 1\nb", []string{"2"}},
		{"code with a star", "a*2", []string{"2"}},
		{"several places", "one log", []string{"1", "3", "3"}},
		{"two paragraphs: the last", "We keep one log per shard, see the plan.\n\nGood, because one log is one log.", []string{"3"}},
		{"two paragraphs, the last unknown", "We keep one log per shard, see the plan.\n\nLost.", []string{"1"}},
		{"another case", "we keep", nil},
		{"other words", "two logs", nil},
		{"nothing", " \n", nil},
	} {
		found := Find(d, tt.quote)
		if len(found) != len(tt.blocks) {
			t.Errorf("%s: %d places, want %d: %+v", tt.what, len(found), len(tt.blocks), found)
			continue
		}
		for i, p := range found {
			if string(p.Request.Block) != tt.blocks[i] || p.Line != d.Blocks[int(tt.blocks[i][0]-'0')].Line {
				t.Errorf("%s: place %d is in block %s at line %d", tt.what, i, p.Request.Block, p.Line)
			}
		}
	}
	if both := Find(d, "one log")[1:]; both[0].Before != "Good, because " || both[1].Before != "Good, because one log is " || both[1].After != "." {
		t.Errorf("the places in one block are told apart by %+v", both)
	}
}
