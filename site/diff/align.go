package diff

import (
	"cmp"
	"slices"
	"strings"
)

const (
	minShared = 0.5  // of their words, for blocks between the same neighbours
	minMoved  = 0.75 // for blocks that stand elsewhere
	fewWords  = 6    // that a block needs to be known again elsewhere
)

// alignment says which unit of the new text each one of the old text became.
type alignment struct {
	toNew, toOld []int // -1: none
	moved        []bool
	m            *matcher
}

func align(m *matcher, old, now []*unit) *alignment {
	a := &alignment{toNew: make([]int, len(old)), toOld: make([]int, len(now)), moved: make([]bool, len(now)), m: m}
	for i := range a.toNew {
		a.toNew[i] = -1
	}
	for j := range a.toOld {
		a.toOld[j] = -1
	}
	i, j := 0, 0
	for _, p := range append(m.common(keys(old), keys(now)), [2]int{len(old), len(now)}) {
		a.near(old, now, i, p[0], j, p[1], minShared)
		if p[0] < len(old) {
			a.pair(p[0], p[1])
		}
		i, j = p[0]+1, p[1]+1
	}
	a.heads(old, now)
	a.elsewhere(old, now)
	a.judgeOrder()
	return a
}

func keys(units []*unit) (all []string) {
	for _, u := range units {
		all = append(all, u.key)
	}
	return all
}

func (a *alignment) pair(i, j int) { a.toNew[i], a.toOld[j] = j, i }

// near pairs what is unpaired in two stretches by its words, best pairs first.
func (a *alignment) near(old, now []*unit, i0, i1, j0, j1 int, least float64) {
	type candidate struct {
		i, j   int
		shared float64
	}
	var all []candidate
	bags := make(map[int]map[string]int)
	for i := i0; i < i1; i++ {
		var words map[string]int
		for j := j0; j < j1; j++ {
			if a.toNew[i] >= 0 || a.toOld[j] >= 0 || !old[i].pairs(now[j]) || a.m.pairs <= 0 {
				continue
			}
			a.m.pairs--
			if words == nil {
				words = bag(old[i].text)
			}
			if bags[j] == nil {
				bags[j] = bag(now[j].text)
			}
			if least == minMoved && min(len(words), len(bags[j])) < fewWords {
				continue
			}
			if s := shared(words, bags[j]); s >= least {
				all = append(all, candidate{i, j, s})
			}
		}
	}
	slices.SortStableFunc(all, func(x, y candidate) int {
		return cmp.Or(cmp.Compare(y.shared, x.shared), cmp.Compare(distance(x.i-i0, x.j-j0), distance(y.i-i0, y.j-j0)))
	})
	for _, c := range all {
		if a.toNew[c.i] < 0 && a.toOld[c.j] < 0 {
			a.pair(c.i, c.j)
		}
	}
}

// heads pairs what is said at the head of a page by what it is: a status has no word in
// common with the one before.
func (a *alignment) heads(old, now []*unit) {
	for i, u := range old {
		if !u.head() {
			continue
		}
		for j, v := range now {
			if a.toNew[i] < 0 && a.toOld[j] < 0 && u.pairs(v) {
				a.pair(i, j)
			}
		}
	}
}

// elsewhere pairs what is left, wherever it stands.
func (a *alignment) elsewhere(old, now []*unit) {
	left := make(map[string][]int)
	for i, u := range old {
		if a.toNew[i] < 0 && len(strings.Fields(u.text)) >= 2 {
			left[u.key] = append(left[u.key], i)
		}
	}
	for j, v := range now {
		if from := left[v.key]; a.toOld[j] < 0 && len(from) > 0 {
			a.pair(from[0], j)
			left[v.key] = from[1:]
		}
	}
	a.near(old, now, 0, len(old), 0, len(now), minMoved)
}

// judgeOrder says of each pair whether it has moved: as few as possible have.
func (a *alignment) judgeOrder() {
	var pairs [][2]int
	for i, j := range a.toNew {
		if j >= 0 {
			pairs = append(pairs, [2]int{i, j})
			a.moved[j] = true
		}
	}
	for _, p := range increasing(pairs) {
		a.moved[p[1]] = false
	}
}

func bag(text string) map[string]int {
	words := make(map[string]int)
	for _, w := range tokens(strings.ToLower(text)) {
		if strings.TrimSpace(w) != "" {
			words[w]++
		}
	}
	return words
}

// shared is how much two bags of words have in common, from 0 to 1.
func shared(a, b map[string]int) float64 {
	both, size := 0, 0
	for w, n := range a {
		both += min(n, b[w])
		size += n
	}
	for _, n := range b {
		size += n
	}
	if size == 0 {
		return 0
	}
	return 2 * float64(both) / float64(size)
}

func distance(i, j int) int { return max(i-j, j-i) }
