package markdown

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site"
)

// TestBlocks pins the canonical text: what anchors and approvals are bound to
// must not change unnoticed. A change of the golden file needs a new
// site.CanonVersion.
func TestBlocks(t *testing.T) {
	for _, source := range []string{"blocks", "blocks-decision"} {
		src, err := os.ReadFile(filepath.Join("testdata", source+".md"))
		if err != nil {
			t.Fatal(err)
		}
		kind := site.KindDocument
		if strings.Contains(source, "decision") {
			kind = site.KindDecision
		}
		d := New(Options{}).Parse(source+".md", src, kind)
		var b strings.Builder
		for _, block := range d.Blocks() {
			fmt.Fprintf(&b, "%d %s %s %d-%d %q%s\n  %q\n", block.N, block.Kind, block.ID, block.Line, block.End, block.Section, around(block), block.Text)
		}
		fmt.Fprintf(&b, "revision %s\n", d.Revision())
		golden := filepath.Join("testdata", source+".golden")
		if os.Getenv("UPDATE") != "" {
			if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), b.String()); diff != "" {
			t.Errorf("%s: blocks changed (UPDATE=1 writes the golden file):\n%s", source, diff)
		}

		out, findings := d.Render(everywhere{})
		if len(findings) > 0 {
			t.Error(findings)
		}
		for _, block := range d.Blocks() {
			if block.Head {
				continue // the layout's
			}
			element := regexp.MustCompile(fmt.Sprintf(`<\w+[^>]* id="%s"[^>]* data-b="%d"`, block.ID, block.N))
			if n := len(element.FindAllString(string(out), -1)); n != 1 {
				t.Errorf("%s: block %d (%s %s) is on %d elements of\n%s", source, block.N, block.Kind, block.ID, n, out)
			}
		}
	}
}

// around is what holds a block.
func around(b site.Block) string {
	text := ""
	if f := b.Frame; f != nil {
		text = fmt.Sprintf(" %s %d row %d", f.Kind, f.N, f.Row)
		if f.Kind == "table" {
			text += fmt.Sprintf(" column %d", f.Col)
		}
		if f.Rows+f.Cols > 0 {
			text += fmt.Sprintf(" over %dx%d", max(f.Rows, 1), max(f.Cols, 1))
		}
		if f.Head {
			text += " head"
		}
		if f.Of > 0 {
			text += fmt.Sprintf(" within %d row %d", f.Of, f.OfRow)
		}
	}
	if b.Label != "" {
		text += fmt.Sprintf(" label %q", b.Label)
	}
	if b.Head {
		text += " of the page"
	}
	return text
}

// TestFrames holds where blocks stand in tables, lists and notes: also in merged
// cells, nested lists, raw HTML and empty cells.
func TestFrames(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"merged cells", "<table><thead><tr><th rowspan=\"2\">Key</th><th colspan=\"2\">Late</th></tr><tr><th>mean</th><th>most</th></tr></thead><tbody><tr><td rowspan=\"2\">EU</td><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></tbody></table>\n",
			"Key: table 1 row 1 column 1 over 2x1 head|Late: table 1 row 1 column 2 over 1x2 head|mean: table 1 row 2 column 2 head|most: table 1 row 2 column 3 head|EU: table 1 row 3 column 1 over 2x1|1: table 1 row 3 column 2|2: table 1 row 3 column 3|3: table 1 row 4 column 2|4: table 1 row 4 column 3"},
		{"empty cells", "| | A |\n|---|---|\n| | 1 |\n| x | |\n", "A: table 1 row 1 column 2 head|1: table 1 row 2 column 2|x: table 1 row 3 column 1"},
		{"a head without thead", "<table><tr><th>A</th><th>B</th></tr><tr><th>x</th><td>1</td></tr></table>\n", "A: table 1 row 1 column 1 head|B: table 1 row 1 column 2 head|x: table 1 row 2 column 1|1: table 1 row 2 column 2"},
		{"nested lists", "- a\n  - b\n    1. c\n- d\n\n  more\n", "a: list 1 row 1|b: list 2 row 1 within 1 row 1|c: list 3 row 1 within 2 row 1|d: list 1 row 2|more: list 1 row 2"},
		{"raw lists", "<ul><li>a<ol><li>b</li></ol></li><li>c</li></ul>\n", "a: list 1 row 1|b: list 2 row 1 within 1 row 1|c: list 1 row 2"},
		{"a list in a cell", "<table><tr><td><ul><li>a</li></ul></td></tr></table>\n", "a: list 2 row 1 within 1 row 1"},
		{"definitions", "One\n: first\n: second\n\nTwo\n: first\n", "One: terms 1 row 1|first: terms 1 row 1|second: terms 1 row 1|Two: terms 1 row 2|first: terms 1 row 2"},
		{"notes", "A[^x] and b[^y].\n\n[^x]: See there.\n[^y]: See there.\n", "A and b.:|See there.: note 1 row 1 label \"x\"|See there.: note 2 row 1 label \"y\""},
		{"too many columns", "<table><tr><td colspan=\"900\">a</td><td>b</td></tr></table>\n", "a: table 1 row 1 column 1 over 1x100|b: table 1 row 1 column 101"},
		{"code", "```yaml title=\"before\"\na: 1\n```\n", "a: 1: label \"yaml before\""},
	} {
		var got []string
		for _, b := range New(Options{}).Parse("a.md", []byte(tt.text), site.KindDocument).Blocks() {
			got = append(got, b.Text+":"+around(b))
		}
		if diff := cmp.Diff(tt.want, strings.Join(got, "|")); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

// TestHead holds that what the layout prints above a text can be pointed at.
func TestHead(t *testing.T) {
	const text = "---\nstatus: accepted\ndate: 2026-01-02\ndecision-makers: [Ada, Bob]\nconsulted: [Cy]\n---\n\n# ADR-0007: Use a log\n\n## Considered Options\n\n* One log\n* Two logs\n"
	d := New(Options{}).Parse("adr/0007-log.md", []byte(text), site.KindDecision)
	var got []string
	for _, b := range d.Blocks() {
		if b.Head {
			got = append(got, fmt.Sprintf("%s:%d %s", b.Kind, b.Line, b.Text))
		}
	}
	want := []string{"title:8 Use a log", "status:2 accepted", "date:3 2026-01-02", "deciders:4 Ada, Bob", "consulted:5 Cy", "option:0 One log", "option:0 Two logs"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRevision(t *testing.T) {
	const text = "# Shards\n\n## Status\n\nProposed\n\n## Decision\n\nWe use [4,096](https://a.example/) slots.\n"
	revision := func(text string) string {
		return New(Options{}).Parse("0001-x.md", []byte(text), site.KindDecision).Revision()
	}
	const front = "---\nstatus: proposed\ndate: 2026-01-01\ndeciders: [Ada, Bob]\nrevisit:\n  - {when: a > 1, says: It grows.}\n---\n# Shards\n\nStatus: proposed\n\nProposed by Ada.\n"
	for _, tt := range []struct {
		name, text string
		same       bool
	}{
		{"as it was", text, true},
		{"accepted", strings.Replace(text, "Proposed", "Accepted", 1), true},
		{"rejected", strings.Replace(text, "Proposed", "Rejected", 1), false},
		{"accepted on a day", strings.Replace(text, "Proposed", "Accepted on 2026-01-01", 1), false},
		{"emphasis", strings.Replace(text, "slots", "*slots*", 1), false},
		{"struck out", strings.Replace(text, "slots", "~~slots~~", 1), false},
		{"lines arranged anew", strings.Replace(text, "We use ", "We use\n", 1), true},
		{"a word", strings.Replace(text, "slots", "shards", 1), false},
		{"where a link leads", strings.Replace(text, "a.example", "b.example", 1), false},
		{"the title", strings.Replace(text, "# Shards", "# Slots", 1), false},
		{"a block more", text + "\nMore.\n", false},
		{"a paragraph becomes code", strings.Replace(text, "We use", "    We use", 1), false},
	} {
		if same := revision(tt.text) == revision(text); same != tt.same {
			t.Errorf("%s: the same revision: %v, want %v", tt.name, same, tt.same)
		}
	}
	if revision("# A\n\n- one\n- two\n") == revision("# A\n\n0. one\n1. two\n") {
		t.Error("bullets that become numbers from 0: the same revision")
	}
	for _, tt := range []struct {
		name, old, new string
		same           bool
	}{
		{"accepted", "proposed\n", "accepted\n", true},
		{"rejected", "proposed\n", "rejected\n", false},
		{"superseded", "proposed\n", "superseded by ADR-9\n", false},
		{"words that are not the status", "Proposed by", "Accepted by", false},
		{"one decider less", "[Ada, Bob]", "[Ada]", false},
		{"another decider", "Bob", "Cy", false},
		{"no deciders", "deciders: [Ada, Bob]\n", "", false},
		{"consulted", "deciders: [Ada, Bob]\n", "deciders: [Ada, Bob]\nconsulted: [Cy]\n", false},
		{"another day", "2026-01-01", "2026-01-02", false},
		{"when to revisit", "It grows.", "It shrinks.", false},
		{"a relation", "deciders: [Ada, Bob]\n", "deciders: [Ada, Bob]\namends: [ADR-0001]\n", false},
		{"what a trigger hangs on", "a > 1", "a > 2", false},
		{"order of keys", "date: 2026-01-01\ndeciders: [Ada, Bob]\n", "deciders: [Ada, Bob]\ndate: 2026-01-01\n", true},
	} {
		if same := revision(strings.ReplaceAll(front, tt.old, tt.new)) == revision(front); same != tt.same {
			t.Errorf("front matter, %s: the same revision: %v, want %v", tt.name, same, tt.same)
		}
	}
}
