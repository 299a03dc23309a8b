package review

import (
	"strings"
	"testing"

	"lockstep/site"
	"lockstep/site/review/anchor"
	"lockstep/site/review/subject"
)

// TestSuggestion_elsewhere: what a page shows of another file has no source in the
// page's own, so an edit of it cannot be suggested; everything else can.
func TestSuggestion_elsewhere(t *testing.T) {
	lines := []string{"One.", "Two."}
	d := subject.Page{Revision: "r", Lines: func(first, last int) string {
		if first < 1 {
			return ""
		}
		return strings.Join(lines[first-1:last], "\n")
	}}
	if s, err := suggestion(d, &anchor.Anchor{Revision: "r", Block: &site.Block{Line: 2, End: 2}}, "Three."); err != nil || s.Old != "Two." {
		t.Errorf("a block of the page: %+v, %v", s, err)
	}
	if s, err := suggestion(d, &anchor.Anchor{Revision: "r", Block: &site.Block{}}, "Three."); err == nil || !strings.Contains(err.Error(), "another file") {
		t.Errorf("a block of another file: %+v, %v", s, err)
	}
}
