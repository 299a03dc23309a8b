package anchor

import "slices"

// columns say which column of the new table each one of the old table is, -1 for
// none, and whether that can be relied on.
type columns struct {
	to   []int
	sure []bool
}

// columnsOf pairs columns by their names. Those without a name, or with one that
// others have too, are paired by what they say, and at last by their place.
func columnsOf(old, now *table) columns {
	c := columns{make([]int, old.cols), make([]bool, old.cols)}
	taken := make([]bool, now.cols)
	names, newNames := old.headers(), now.headers()
	pair := func(i, j int, sure bool) { c.to[i], c.sure[i], taken[j] = j, sure, true }
	for i, name := range names {
		c.to[i] = -1
		if name != "" && single(names, name) && single(newNames, name) {
			pair(i, slices.Index(newNames, name), true)
		}
	}
	for i := range names {
		if c.to[i] >= 0 {
			continue
		}
		if j, ok := likeColumn(old, now, i, c.to, taken); ok {
			pair(i, j, names[i] == newNames[j] && (i == j && old.cols == now.cols || slices.Equal(old.column(i), now.column(j))))
		}
	}
	for i := range names {
		if c.to[i] < 0 && old.cols == now.cols && !taken[i] && inPlace(c.to) {
			pair(i, i, names[i] == newNames[i])
		}
	}
	return c
}

// likeColumn is the column that shares at least half of what the column i says, if
// there is one such, and the column i is the one that it is most like.
func likeColumn(old, now *table, i int, to []int, taken []bool) (int, bool) {
	best, rivals := -1, 0
	score := minDice
	own := bagOf(old.column(i))
	for j := range now.cols {
		if taken[j] {
			continue
		}
		switch s := dice(own, bagOf(now.column(j))); {
		case s > score || s == score && best < 0:
			best, score, rivals = j, s, 0
		case s == score:
			rivals++
		}
	}
	if best < 0 || rivals > 0 {
		return -1, false
	}
	for k := range old.cols {
		if k != i && to[k] < 0 && dice(bagOf(old.column(k)), bagOf(now.column(best))) >= score {
			return -1, false
		}
	}
	return best, true
}

func bagOf(texts []string) map[string]int {
	bag := make(map[string]int)
	for _, t := range texts {
		bag[t]++
	}
	return bag
}

// inPlace says whether no column is known to have gone elsewhere.
func inPlace(to []int) bool {
	for i, j := range to {
		if j >= 0 && j != i {
			return false
		}
	}
	return true
}
