package anchor

import (
	"slices"
	"strings"

	"lockstep/site"
)

// alignment says which block of the new text each block of the old one became.
type alignment struct {
	toNew   []int  // -1: none
	toOld   []int  // -1: none
	changed []bool // by old block: it was paired though its text differs
	moved   []int  // old headings that were paired out of order
}

const (
	// paired blocks share at least half of their words.
	minDice = 0.5
	// maxCells bounds the table of a comparison; beyond it only blocks that are
	// unique on both sides are aligned.
	maxCells = 4 << 20
	// maxPairs bounds how many pairs of changed blocks are looked at in one gap.
	maxPairs = 10_000
)

// align pairs equal blocks in order, then those that were edited in between.
func align(old, now []site.Block) *alignment {
	a := &alignment{toNew: make([]int, len(old)), toOld: make([]int, len(now)), changed: make([]bool, len(old))}
	for i := range a.toNew {
		a.toNew[i] = -1
	}
	for j := range a.toOld {
		a.toOld[j] = -1
	}
	first := 0
	for first < len(old) && first < len(now) && old[first].Hash == now[first].Hash {
		a.pair(first, first)
		first++
	}
	last := 0
	for last < len(old)-first && last < len(now)-first && old[len(old)-1-last].Hash == now[len(now)-1-last].Hash {
		a.pair(len(old)-1-last, len(now)-1-last)
		last++
	}
	oldEnd, newEnd := len(old)-last, len(now)-last
	hashes := func(blocks []site.Block) (h []string) {
		for _, b := range blocks {
			h = append(h, b.Hash)
		}
		return h
	}
	for _, p := range common(hashes(old[first:oldEnd]), hashes(now[first:newEnd])) {
		a.pair(first+p[0], first+p[1])
	}
	i, j := first, first
	for i < oldEnd || j < newEnd {
		nextI := i
		for nextI < oldEnd && a.toNew[nextI] < 0 {
			nextI++
		}
		nextJ := newEnd
		if nextI < oldEnd {
			nextJ = a.toNew[nextI]
		}
		a.edited(old, now, i, nextI, j, nextJ)
		i, j = nextI+1, nextJ+1
	}
	return a
}

func (a *alignment) pair(i, j int) { a.toNew[i], a.toOld[j] = j, i }

// edited pairs the blocks of a gap by their words, best pairs first. Headings
// pair with headings only.
func (a *alignment) edited(old, now []site.Block, i0, i1, j0, j1 int) {
	if i0 >= i1 || j0 >= j1 || (i1-i0)*(j1-j0) > maxPairs {
		return
	}
	type candidate struct {
		i, j int
		dice float64
	}
	var all []candidate
	bags := make([]map[string]int, j1-j0)
	for j := j0; j < j1; j++ {
		bags[j-j0] = bag(now[j].Text)
	}
	for i := i0; i < i1; i++ {
		words := bag(old[i].Text)
		for j := j0; j < j1; j++ {
			if (old[i].Kind == "heading") != (now[j].Kind == "heading") {
				continue
			}
			if d := dice(words, bags[j-j0]); d >= minDice {
				all = append(all, candidate{i, j, d})
			}
		}
	}
	slices.SortStableFunc(all, func(x, y candidate) int {
		switch {
		case x.dice > y.dice:
			return -1
		case x.dice < y.dice:
			return 1
		}
		return abs(x.i-i0-(x.j-j0)) - abs(y.i-i0-(y.j-j0))
	})
	for _, c := range all {
		if a.toNew[c.i] < 0 && a.toOld[c.j] < 0 {
			a.pair(c.i, c.j)
			a.changed[c.i] = true
		}
	}
}

func bag(text string) map[string]int {
	words := make(map[string]int)
	for _, w := range strings.Fields(strings.ToLower(text)) {
		words[w]++
	}
	return words
}

// dice is how much two bags of words have in common, from 0 to 1.
func dice(a, b map[string]int) float64 {
	shared, size := 0, 0
	for w, n := range a {
		shared += min(n, b[w])
		size += n
	}
	for _, n := range b {
		size += n
	}
	if size == 0 {
		return 0
	}
	return 2 * float64(shared) / float64(size)
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

// common is a longest common subsequence, as pairs of indexes. Where the table
// would be too large, it is one of the items that are unique on both sides.
func common(a, b []string) (pairs [][2]int) {
	if len(a) == 0 || len(b) == 0 {
		return nil
	}
	if len(a)*len(b) > maxCells {
		a, b = unique(a, b)
		if len(a)*len(b) > maxCells {
			return nil
		}
	}
	width := len(b) + 1
	table := make([]int32, (len(a)+1)*width)
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] && a[i] != "" {
				table[i*width+j] = table[(i+1)*width+j+1] + 1
			} else {
				table[i*width+j] = max(table[(i+1)*width+j], table[i*width+j+1])
			}
		}
	}
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j] && a[i] != "":
			pairs = append(pairs, [2]int{i, j})
			i, j = i+1, j+1
		case table[(i+1)*width+j] >= table[i*width+j+1]:
			i++
		default:
			j++
		}
	}
	return pairs
}

// unique blanks all items that are not unique on both sides.
func unique(a, b []string) ([]string, []string) {
	count := func(items []string) map[string]int {
		n := make(map[string]int)
		for _, item := range items {
			n[item]++
		}
		return n
	}
	inA, inB := count(a), count(b)
	blank := func(items []string) []string {
		out := slices.Clone(items)
		for i, item := range out {
			if inA[item] != 1 || inB[item] != 1 {
				out[i] = ""
			}
		}
		return out
	}
	return blank(a), blank(b)
}
