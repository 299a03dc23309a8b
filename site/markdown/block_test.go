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
			fmt.Fprintf(&b, "%d %s %s %d-%d %q\n  %q\n", block.N, block.Kind, block.ID, block.Line, block.End, block.Section, block.Text)
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
			element := regexp.MustCompile(fmt.Sprintf(`<\w+[^>]* id="%s"[^>]* data-b="%d"`, block.ID, block.N))
			if n := len(element.FindAllString(string(out), -1)); n != 1 {
				t.Errorf("%s: block %d (%s %s) is on %d elements of\n%s", source, block.N, block.Kind, block.ID, n, out)
			}
		}
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
