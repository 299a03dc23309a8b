package replay

import (
	"strings"

	"lockstep/site/review/anchor"
)

// truth says what became of the words from start on, and in which block they
// are.
func (r *run) truth(old, now *words, to []int, start, n int, quote string) (Class, int) {
	survive, together := 0, true
	blocks := make(map[int]int)
	for i := range n {
		w := to[start+i]
		if w < 0 {
			together = false
			continue
		}
		survive++
		blocks[now.block[w]]++
		if i > 0 && to[start+i-1]+1 != w {
			together = false
		}
	}
	best := -1
	for b, count := range blocks {
		if best < 0 || count > blocks[best] || count == blocks[best] && b < best {
			best = b
		}
	}
	copies, before := places(now.doc, quote), places(old.doc, quote)
	switch {
	case len(copies) > 1:
		return "", 0 // it was copied, and each copy is as good
	case survive == n && together && len(blocks) == 1:
		return Kept, best
	case len(copies) == 1 && len(before) == 1:
		if len([]rune(quote)) < 40 {
			return "", 0 // it may stand there by chance
		}
		return Moved, copies[0]
	case 4*survive > n && 2*blocks[best] > survive:
		return Edited, best
	case 4*survive > n:
		return "", 0
	}
	if len(copies) == 0 && !alike(now.doc, quote) {
		return Deleted, -1
	}
	return "", 0
}

// places are the blocks in which a text stands.
func places(doc *anchor.Doc, quote string) (blocks []int) {
	for i, b := range doc.Blocks {
		for range strings.Count(b.Text, quote) {
			blocks = append(blocks, i)
		}
	}
	return blocks
}

// alike says whether anything in a text is within a quarter of its words.
func alike(doc *anchor.Doc, quote string) bool {
	needle := strings.Fields(quote)
	limit := len(needle) / 4
	for _, b := range doc.Blocks {
		if nearWords(strings.Fields(b.Text), needle) <= limit {
			return true
		}
	}
	return false
}

// nearWords is the fewest changes of words that make the needle of some run of
// the text.
func nearWords(text, needle []string) int {
	row := make([]int, len(needle)+1)
	for i := range row {
		row[i] = i
	}
	best := len(needle)
	for _, w := range text {
		diagonal := row[0]
		for i := range needle {
			up := row[i+1]
			c := diagonal
			if needle[i] != w {
				c++
			}
			row[i+1] = min(c, up+1, row[i]+1)
			diagonal = up
		}
		best = min(best, row[len(needle)])
	}
	return best
}
