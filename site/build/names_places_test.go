package build

import (
	"strings"
	"testing"
)

// everywhere names things outside of code spans and running text.
var everywhere = strings.Replace(naming, "names:\n", "model: [content/model]\nnames:\n", 1) + "-- content/model/m.yaml --\n" + `title: Load
about: Tried by TestNode_stops.
inputs:
  part:
    what: a part
    value: 2
    low: 1
    high: 3
    provenance: assumed
    note: |
      a guess that
      TestNode_stops rests on, with ` + "`it run`" + ` (ADR-0001)
asserts:
  all: {what: "It holds, by TestNode_stops.", assert: part <= 3}
-- content/drawn.md --
# Drawn

` + "```d2 title=\"What TestNode_stops does\" alt=\"TestNode_stops runs it.\"\na: it run\na -> b: TestNode_stops\n```" + `

Type <kbd>it run --host x</kbd>, as <mark>TestNode_stops</mark> does.

<details><summary>TestNode_stops</summary>

More.

</details>
`

// TestNames_everywhere plants names that do not exist in notes and labels and in raw
// HTML.
func TestNames_everywhere(t *testing.T) {
	if l := load(t, tree(t, everywhere)); len(l.Findings) > 0 {
		t.Fatalf("a sound tree: %v", l.Findings)
	}
	for _, tt := range []struct{ file, old, new, want string }{
		{"content/model/m.yaml", "Tried by TestNode_stops", "Tried by TestNode_stop", "content/model/m.yaml:2: the code has no test TestNode_stop [unknown-name]\n\tmend: did you mean TestNode_stops?"},
		{"content/model/m.yaml", "TestNode_stops rests", "TestNode_halts rests", "content/model/m.yaml:11: the code has no test TestNode_halts [unknown-name]"},
		{"content/model/m.yaml", "`it run`", "`it rum`", "content/model/m.yaml:11: it has no verb rum [unknown-name]\n\tmend: did you mean it run?"},
		{"content/model/m.yaml", "ADR-0001", "ADR-0007", "content/model/m.yaml:11: ADR-0007 is not defined on this site [unknown-reference]"},
		{"content/model/m.yaml", "holds, by TestNode_stops", "holds, by TestNode_stop", "content/model/m.yaml:14: the code has no test TestNode_stop [unknown-name]"},
		{"content/drawn.md", "What TestNode_stops", "What TestNode_stop", "content/drawn.md:3: the code has no test TestNode_stop [unknown-name]"},
		{"content/drawn.md", "alt=\"TestNode_stops", "alt=\"TestNode_stop", "content/drawn.md:3: the code has no test TestNode_stop [unknown-name]"},
		{"content/drawn.md", "a: it run", "a: it rum", "content/drawn.md:4: it has no verb rum [unknown-name]"},
		{"content/drawn.md", "b: TestNode_stops", "b: TestNode_stop", "content/drawn.md:5: the code has no test TestNode_stop [unknown-name]"},
		{"content/drawn.md", "<mark>TestNode_stops", "<mark>TestNode_stop", "content/drawn.md:8: the code has no test TestNode_stop [unknown-name]"},
		{"content/drawn.md", "<summary>TestNode_stops", "<summary>TestNode_stop", "content/drawn.md:10: the code has no test TestNode_stop [unknown-name]"},
		{"content/drawn.md", "run --host x", "run --hots x", "content/drawn.md:8: it run has no flag --hots [unknown-name]\n\tmend: did you mean --host?"},
	} {
		dir := tree(t, everywhere)
		edit(t, dir, tt.file, tt.old, tt.new)
		var got []string
		for _, f := range load(t, dir).Findings {
			got = append(got, f.String())
		}
		if !strings.Contains(strings.Join(got, "\n"), tt.want) {
			t.Errorf("%s, %q for %q:\n%s\nwant %s", tt.file, tt.new, tt.old, strings.Join(got, "\n"), tt.want)
		}
	}
}
