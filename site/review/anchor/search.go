package anchor

// match is a run of a text that is like a quote.
type match struct {
	start, end int
	errors     int // insertions, deletions and replacements
}

// maxSearch bounds the cells of one search: about ten milliseconds.
const maxSearch = 4 << 20

// nearest finds the run of text with the fewest errors, at most limit, by
// Sellers' dynamic programme; each cell knows where its run began.
func nearest(text, quote []rune, limit int) (best match, ok bool) {
	m := len(quote)
	if m == 0 || len(text)*m > maxSearch {
		return match{}, false
	}
	cost, begin := make([]int, m+1), make([]int, m+1)
	for i := range cost {
		cost[i] = i
	}
	best.errors = limit + 1
	for j, r := range text {
		diagonal, diagonalBegin := cost[0], begin[0]
		cost[0], begin[0] = 0, j+1
		for i := 1; i <= m; i++ {
			up, upBegin := cost[i], begin[i]
			c, b := diagonal, diagonalBegin
			if quote[i-1] != r {
				c++
			}
			if up+1 < c {
				c, b = up+1, upBegin
			}
			if cost[i-1]+1 < c {
				c, b = cost[i-1]+1, begin[i-1]
			}
			diagonal, diagonalBegin = up, upBegin
			cost[i], begin[i] = c, b
		}
		if cost[m] < best.errors {
			best = match{begin[m], j + 1, cost[m]}
		}
	}
	return best, best.errors <= limit
}

// similar is 1 for equal texts and 0 for texts with nothing in common. Where
// there was no text to compare with, it is 1.
func similar(was, is []rune) float64 {
	if len(was) == 0 {
		return 1
	}
	return 1 - float64(distance(was, is))/float64(max(len(was), len(is)))
}

// distance is how many insertions, deletions and replacements lead from one text
// to the other.
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j := range b {
			up := row[j+1]
			c := diagonal
			if a[i] != b[j] {
				c++
			}
			row[j+1] = min(c, up+1, row[j]+1)
			diagonal = up
		}
	}
	return row[len(b)]
}
