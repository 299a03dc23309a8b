package anchor_test

import (
	"strings"
	"testing"

	"lockstep/site/markdown"
	"lockstep/site/review/anchor"
	"lockstep/site/review/replay"
)

// TestPlace_framed holds where comments on words stand that stand in several places:
// in the block that holds them, or nowhere. The comment is on the words between »
// and «; they must be found at the same marks, or, where there are none, not be
// taken for found without a reason.
func TestPlace_framed(t *testing.T) {
	for _, tt := range []struct{ name, old, now, states string }{
		{"an item of another list", "## A\n\n- one\n- »review«\n\n## B\n\n- two\n- three\n", "## A\n\n- one\n\n## B\n\n- two\n- review\n", "moved section"},
		{"an item below another", "- A\n  - »test«\n- B\n  - test\n", "- A\n- B\n  - test\n", "section orphan block"},
		{"the second of two", "- A\n  - test\n- B\n  - »test«\n", "- A\n- B\n  - »test«\n", "exact"},
		{"a list in another order", "- one\n- »two«\n- three\n", "- three\n- »two«\n- one\n", "exact moved"},
		{"a ticked box", "- [ ] one\n- [ ] »two«\n", "- [ ] one\n- [x] »two«\n", "exact"},
		{"equal items, one gone", "- a\n- »x«\n- x\n- b\n", "- a\n- x\n- b\n", "block"},
		{"a definition", "One\n: »the same«\n\nTwo\n: the same\n", "Two\n: the same\n", "section orphan block edited"},
		{"a note", "A[^a] and b[^b].\n\n[^a]: »See there.«\n[^b]: See there.\n", "A and b[^b].\n\n[^b]: See there.\n", "section orphan block edited"},
		{"merged cells", "<table><tr><th>Region</th><th>Late</th></tr><tr><td rowspan=2>EU</td><td>1</td></tr><tr><td>»2«</td></tr><tr><td rowspan=2>US</td><td>1</td></tr><tr><td>2</td></tr></table>\n", "<table><tr><th>Region</th><th>Late</th></tr><tr><td rowspan=2>US</td><td>1</td></tr><tr><td>2</td></tr></table>\n", "section block edited"},
		{"a table without a head", "| | |\n|---|---|\n| kill | »0« |\n| cut | 0 |\n", "| | |\n|---|---|\n| cut | 0 |\n", "section"},
		{"two tables that are alike", "## A\n\n| F | L |\n|---|---|\n| kill | »0« |\n\n## B\n\n| F | L |\n|---|---|\n| kill | 0 |\n", "## B\n\n| F | L |\n|---|---|\n| kill | 0 |\n", "section orphan"},
		{"a row that counts", "| # | What | Late |\n|---|---|---|\n| 1 | a | 10 |\n| 2 | b | »20« |\n| 3 | c | 20 |\n", "| # | What | Late |\n|---|---|---|\n| 1 | a | 10 |\n| 2 | c | 20 |\n", "section"},
		{"a row called otherwise", "| F | L | M |\n|---|---|---|\n| kill the leader | »7« | 9 |\n| cut | 0 | 1 |\n", "| F | L | M |\n|---|---|---|\n| stop the leader | »7« | 9 |\n| cut | 0 | 1 |\n", "edited"},
		{"another row with the value", "| F | L |\n|---|---|\n| kill | »0« |\n", "| F | L |\n|---|---|\n| pause | 0 |\n", "section"},
		{"a cell that is empty now", "| F | L |\n|---|---|\n| kill | »0« |\n| cut | 1 |\n", "| F | L |\n|---|---|\n| kill | |\n| cut | 0 |\n", "section"},
		{"another sentence in its place", "| Rule | What |\n|---|---|\n| S6 | Nobody reads what is not theirs. |\n| S7 | Requests say »that they are JSON«, and have no unknown fields at all. |\n", "| Rule | What |\n|---|---|\n| S6 | Nobody reads what is not theirs. |\n| S7 | All writing goes through one function; an edit is held to it as well. |\n", "section edited"},
		{"a paragraph that became a cell", "»What was acknowledged is on two disks by then.«\n\n| F | L |\n|---|---|\n| kill | 0 |\n", "| F | L |\n|---|---|\n| kill | »What was acknowledged is on two disks by then.« |\n", "moved"},
		{"a line of code that stands twice", "```\nlock()\n»read()«\nlock()\nread()\n```\n", "```\nlock()\nlock()\nread()\n```\n", "block"},
		{"the other of them", "```\nlock()\n»read()«\nx()\nread()\n```\n", "```\nnew()\nlock()\n»read()«\nx()\nread()\n```\n", "edited"},
		{"code in another language", "```yaml\n»a: 1«\n```\n\n```json\na: 1\n```\n", "```json\na: 1\n```\n", "section orphan block"},
		{"a heading called otherwise", "## »Drivers«\n\nNobody may lose a message.\n\nNobody may read it late.\n", "## Forces\n\nNobody may lose a message.\n\nNobody may read it late.\n", "block edited"},
		{"a heading at another level", "## A\n\ntext one\n\n## »B«\n\ntext two\n", "## A\n\ntext one\n\n### »B«\n\ntext two\n", "exact"},
		{"two that changed places", "## »A«\n\nthe first of them\n\n## B\n\nthe second of them\n", "## B\n\nthe second of them\n\n## »A«\n\nthe first of them\n", "exact moved"},
		{"its section called otherwise", "## Drivers\n\n- cost\n- »speed«\n\nNobody may lose it.\n", "## Forces\n\n- cost\n\nNobody may lose it.\n", "section"},
	} {
		for _, whole := range []bool{true, false} {
			for _, lost := range []bool{false, true} {
				old, block, start, end := mark(t, tt.old)
				now, truth, from, to := mark(t, tt.now)
				r := anchor.Request{Block: &block}
				words := []rune(old.Blocks[block].Text)
				if !whole || old.Blocks[block].Kind == "code" {
					r.Quote, r.Prefix, r.Suffix = string(words[start:end]), string(words[:start]), string(words[end:])
				}
				a, err := anchor.Make(old, r)
				if err != nil {
					t.Fatalf("%s: %v", tt.name, err)
				}
				known := old
				if lost {
					known = nil
				}
				got := anchor.Place(a, known, now)
				passage := got.State == anchor.Exact || got.State == anchor.Moved || got.State == anchor.Edited
				right := truth >= 0 && got.Block == truth && (r.Quote == "" || got.Start == from && got.End == to)
				switch {
				case got.State == anchor.Exact && !right:
					t.Errorf("%s, whole %v, lost %v: exact at %d %d, and it is at %d %d", tt.name, whole, lost, got.Block, got.Start, truth, from)
				case lost: // then it may not be found
				case !strings.Contains(tt.states, got.State), passage && truth >= 0 && !right:
					if tt.states == "edited" && got.State == anchor.Exact && right {
						break
					}
					t.Errorf("%s, whole %v: %s at %d %d (%s), want %s at %d %d", tt.name, whole, got.State, got.Block, got.Start, got.Reason, tt.states, truth, from)
				}
			}
		}
	}
}

// mark parses a text and finds the words between » and «; block is -1 if there are none.
func mark(t *testing.T, text string) (doc *anchor.Doc, block, start, end int) {
	t.Helper()
	parser := markdown.New(markdown.Options{})
	doc = replay.Parse(parser, "a.md", []byte(strings.NewReplacer("»", "", "«", "").Replace(text)))
	for i, b := range replay.Parse(parser, "a.md", []byte(text)).Blocks {
		runes := []rune(b.Text)
		for at, r := range runes {
			switch r {
			case '»':
				block, start = i, at
			case '«':
				return doc, block, start, at - 1
			}
		}
	}
	return doc, -1, 0, 0
}
