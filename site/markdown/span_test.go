package markdown

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site"
)

// TestSpans: what may be a name is noted with its line, and what is only text is not.
func TestSpans(t *testing.T) {
	src := "---\ntitle: T\n---\n# Of `titles`\n\nSee `TestA` and\n`b c`, or TestA_b, TestA\\_c_d and Testing.\n\n| `x \\| y` | z |\n|---|---|\n| a | [`--flag`](x.md) |\n\n" +
		"```sh\nmake test\n```\n\n```go\nTestNot()\n```\n"
	d := New(Options{Strict: true}).Parse("x.md", []byte(src), site.KindDocument)
	want := []Span{{Text: "TestA", Line: 6}, {Text: "b c", Line: 7}, {Text: "TestA_b", Line: 7, Prose: true}, {Text: "TestA_c_d", Line: 7, Prose: true},
		{Text: "x | y", Line: 9}, {Text: "--flag", Line: 11}, {Text: "make test\n", Line: 14, Shell: true}}
	if diff := cmp.Diff(want, d.Extract().Spans); diff != "" {
		t.Error(diff)
	}
}
