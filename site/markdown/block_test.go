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
	for _, tt := range []struct {
		name, text string
		same       bool
	}{
		{"as it was", text, true},
		{"another status", strings.Replace(text, "Proposed", "Accepted", 1), true},
		{"front matter", "---\nstatus: accepted\n---\n" + text, true},
		{"emphasis", strings.Replace(text, "slots", "*slots*", 1), true},
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
}
