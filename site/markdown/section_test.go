package markdown

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site"
)

// TestSections: every word of a page is in the section to which its place leads.
func TestSections(t *testing.T) {
	const text = "# Title\n\nAbove.\n\n## Path\n\nA *quick* [link](x.md).\n\n> quoted\n\n- one\n- two\n\n```go\nfunc Apply()\n```\n\n```d2 title=\"Parts\" alt=\"A beside B\"\na: Gateway\na -> b: sends\n```\n\n" +
		"| Objective | Value |\n|---|---|\n| SLO-2 | quick |\n| SLO-3 | sure |\n\nBelow the table.\n\n### Deeper\n\nLast.\n"
	got := New(Options{}).Parse("docs/x.md", []byte(text), site.KindDocument).Sections()
	want := []site.Section{
		{Text: "Above."},
		{ID: "path", Heading: "Path", Text: "A quick link. quoted one two Parts A beside B Objective Value", Code: "func Apply() a Gateway\na b sends"},
		{ID: "slo-2", Heading: "SLO-2: quick", Text: "SLO-2 quick"},
		{ID: "slo-3", Heading: "SLO-3: sure", Text: "SLO-3 sure"},
		{ID: "path", Heading: "Path", Text: "Below the table."},
		{ID: "deeper", Heading: "Deeper", Text: "Last."},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	terms := New(Options{}).Parse("docs/glossary.md", []byte("# Glossary\n\nFlush\nfsync\n: What makes it last.\n\nEpoch\n: A term.\n\n## More\n\nText.\n"), site.KindGlossary).Sections()
	want = []site.Section{
		{},
		{ID: "flush", Heading: "Flush, fsync", Text: "What makes it last."},
		{ID: "epoch", Heading: "Epoch", Text: "A term."},
		{ID: "more", Heading: "More", Text: "Text."},
	}
	if diff := cmp.Diff(want, terms); diff != "" {
		t.Error(diff)
	}
}
