package main

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
)

// draw takes so many of the bugs, or all if n is 0, and puts them in the order of
// the files. Whether a bug is drawn depends on the seed and on its own line, hardly
// on what else there is: after a change of the code the sample is nearly the same,
// and so is the share that survives.
func draw(bugs []bug, n int, seed uint64) []bug {
	if n > 0 && n < len(bugs) {
		lot := func(b bug) string {
			sum := sha256.Sum256(fmt.Appendf(nil, "%d %s %s %s", seed, b.file, b.kind, b.source))
			return string(sum[:])
		}
		slices.SortStableFunc(bugs, func(a, b bug) int { return strings.Compare(lot(a), lot(b)) })
		bugs = bugs[:n]
	}
	slices.SortStableFunc(bugs, func(a, b bug) int {
		return cmp.Or(strings.Compare(a.file, b.file), cmp.Compare(a.from, b.from))
	})
	return bugs
}
