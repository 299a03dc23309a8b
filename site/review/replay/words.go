package replay

import (
	"slices"
	"strings"

	"lockstep/site"
	"lockstep/site/review/anchor"
)

// words are the words of a document in order.
type words struct {
	doc   *anchor.Doc
	list  []string
	block []int // of each word
	first []int // word of each block, and one more
}

func wordsOf(doc *anchor.Doc) *words {
	w := &words{doc: doc}
	for i, b := range doc.Blocks {
		w.first = append(w.first, len(w.list))
		for _, word := range strings.Fields(text(b)) {
			w.list = append(w.list, word)
			w.block = append(w.block, i)
		}
	}
	w.first = append(w.first, len(w.list))
	return w
}

// text leaves code out: its white space is its own.
func text(b site.Block) string {
	if b.Kind == "code" {
		return ""
	}
	return b.Text
}

// maxEdits bounds the comparison of two neighbouring revisions; beyond it nothing
// is known of the words.
const maxEdits = 3000

// follow finds where each word of a is in b, by Myers' greedy comparison; -1
// where it is gone, nil where the two differ too much.
func follow(a, b []string) []int {
	n, m := len(a), len(b)
	limit := min(n+m, maxEdits)
	offset := limit + 1
	v := make([]int, 2*offset+1)
	var trace [][]int
	for d := 0; d <= limit; d++ {
		trace = append(trace, slices.Clone(v[offset-d-1:offset+d+2]))
		for k := -d; k <= d; k += 2 {
			x := 0
			if k == -d || k != d && v[offset+k-1] < v[offset+k+1] {
				x = v[offset+k+1]
			} else {
				x = v[offset+k-1] + 1
			}
			y := x - k
			for x < n && y < m && a[x] == b[y] {
				x, y = x+1, y+1
			}
			v[offset+k] = x
			if x >= n && y >= m {
				return back(trace, n, m)
			}
		}
	}
	return nil
}

func back(trace [][]int, x, y int) []int {
	to := make([]int, x)
	for i := range to {
		to[i] = -1
	}
	for d := len(trace) - 1; d >= 0; d-- {
		v := trace[d]
		at := func(k int) int { return v[k+d+1] }
		k := x - y
		before := k - 1
		if k == -d || k != d && at(k-1) < at(k+1) {
			before = k + 1
		}
		px := at(before)
		py := px - before
		if d == 0 {
			px, py = 0, 0
		}
		for x > px && y > py && x > 0 && y > 0 {
			x, y = x-1, y-1
			to[x] = y
		}
		x, y = px, py
	}
	return to
}

// chain follows words through several revisions; -1 where they end.
func chain(links [][]int, n int) []int {
	at := make([]int, n)
	for i := range at {
		at[i] = i
		for _, link := range links {
			if at[i] < 0 {
				break
			}
			if link == nil {
				at[i] = -1
				break
			}
			at[i] = link[at[i]]
		}
	}
	return at
}
