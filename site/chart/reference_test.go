package chart

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site/reference"
)

// TestReference_kinds: the page of blocks explains each kind of chart, and no other.
func TestReference_kinds(t *testing.T) {
	topics := reference.About("chart")
	if len(topics) != 1 {
		t.Fatalf("%d topics explain charts", len(topics))
	}
	var explained []string
	for line := range strings.Lines(topics[0].Text) {
		if row, ok := strings.CutPrefix(line, "| `"); ok {
			name, _, _ := strings.Cut(row, "`")
			explained = append(explained, name)
		}
	}
	slices.Sort(explained)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(kinds)), explained); diff != "" {
		t.Errorf("kinds in the code (-) and on the page (+) differ:\n%s", diff)
	}
}
