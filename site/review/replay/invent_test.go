package replay

import (
	"cmp"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestFloors_framed edits tables, lists and code with many equal values. No comment
// says that it stands where it stood and stands on another cell, item or line.
// LOCKSTEP_STEPS sets how many edits.
func TestFloors_framed(t *testing.T) {
	edits := 4000
	if n, err := strconv.Atoi(os.Getenv("LOCKSTEP_STEPS")); err == nil {
		edits = n
	}
	table := Invent(1, edits)
	for _, kind := range FrameKinds {
		c := table.Kinds[kind]
		share := func(n, of int) float64 { return 100 * float64(n) / float64(max(of, 1)) }
		t.Logf("%-5s %6d there: exact %5.1f %%, labelled %5.1f %%, unsure %5.1f %%; %5d gone; wrong and exact %d, wrong and labelled %d (%.2f %%)", kind, c.Samples,
			share(c.Exact, c.Samples), share(c.Labelled, c.Samples), share(c.Unsure, c.Samples), c.Gone, c.WrongExact, c.WrongLabelled, share(c.WrongLabelled, c.Samples+c.Gone))
		if c.WrongExact > 0 {
			t.Errorf("%s: %d say exact and stand elsewhere", kind, c.WrongExact)
		}
		if got := share(c.Exact+c.Labelled, c.Samples); got < 85 {
			t.Errorf("%s: %.1f %% stand on what they are about, want at least 85", kind, got)
		}
		if got := share(c.WrongLabelled, c.Samples+c.Gone); got > 1 {
			t.Errorf("%s: %.2f %% stand on another, with a reason, want at most 1", kind, got)
		}
	}
	t.Logf("%d edits, %.3f ms a thread", table.Edits, table.MeanMS)
	for i, m := range slices.SortedStableFunc(slices.Values(table.Mistakes), func(a, b string) int {
		return cmp.Compare(strings.Count(b, " exact ("), strings.Count(a, " exact ("))
	}) {
		if i < 12 {
			t.Logf("mistake: %.900s", m)
		}
	}
}
