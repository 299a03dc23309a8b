package anchor

import "lockstep/site"

// headings pairs headings that are left over: those that stand elsewhere now, and then
// those that are called something else.
func (a *alignment) headings(old, now []site.Block) {
	for i, b := range old {
		if b.Kind != "heading" || a.toNew[i] >= 0 || count(old, &b) != 1 || count(now, &b) != 1 {
			continue
		}
		for j := range now {
			if now[j].Hash == b.Hash && a.toOld[j] < 0 {
				a.pair(i, j)
				a.moved = append(a.moved, i)
			}
		}
	}
	a.renamed(old, now)
}

// renamed pairs headings by what stands below them, or, where nothing does, by what
// stands before and after.
func (a *alignment) renamed(old, now []site.Block) {
	above := -1 // heading of the new text, by block
	headings := make([]int, len(now))
	for j, b := range now {
		if b.Kind == "heading" {
			above = j
		}
		headings[j] = above
	}
	for i, b := range old {
		if b.Kind != "heading" || a.toNew[i] >= 0 {
			continue
		}
		votes := make(map[int]int)
		n := 0
		for k := i + 1; k < len(old) && old[k].Kind != "heading"; k++ {
			n++
			if j := a.toNew[k]; j >= 0 && headings[j] >= 0 {
				votes[headings[j]]++
			}
		}
		j, ok := most(votes)
		if ok = ok && 2*votes[j] >= n; n == 0 || !ok {
			j, ok = a.between(i, len(old), len(now))
		}
		if ok && now[j].Kind == "heading" && a.toOld[j] < 0 {
			a.pair(i, j)
			a.changed[i] = true
		}
	}
}

// between is the block that stands between what the neighbours of i became.
func (a *alignment) between(i, olds, news int) (j int, ok bool) {
	before, after := -1, news
	if i > 0 {
		if before = a.toNew[i-1]; before < 0 {
			return 0, false
		}
	}
	if i+1 < olds {
		if after = a.toNew[i+1]; after < 0 {
			return 0, false
		}
	}
	return before + 1, before+2 == after
}
