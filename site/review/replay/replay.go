// Package replay measures how well anchors are found again: it takes histories of
// real documents, anchors quotes in old revisions, and looks where they are placed
// in later ones.
//
// What is right is worked out apart from the anchors: words are followed through
// every revision in between by a longest common subsequence. A quote is then
//
//   - kept: all its words are there, together;
//   - edited: at least a quarter of them are;
//   - moved: they are gone, and an identical copy of at least 40 characters
//     stands in exactly one other place, where it did not stand before;
//   - deleted: at most a quarter of them are there, and nothing is like it.
//
// What is none of these is left out, and so is what was copied. A placement is right if its middle lies in
// the block that has the words. The truth is itself a comparison of texts: it can
// be wrong, where a paragraph was rewritten and moved at once.
package replay

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"lockstep/site"
	"lockstep/site/review/anchor"
)

// History is a document, oldest revision first.
type History struct {
	Name      string
	Revisions []*anchor.Doc
}

// Class is what became of a quote.
type Class string

const (
	Kept    Class = "kept"
	Edited  Class = "edited"
	Moved   Class = "moved"
	Deleted Class = "deleted"
)

// Classes are all of them.
var Classes = []Class{Kept, Edited, Moved, Deleted}

// Counts are the placements of the quotes of one class.
type Counts struct {
	Samples int `json:"samples"`
	Right   int `json:"right"`
	// Paragraph counts those that are shown on the right paragraph, with the words
	// that the passage is gone.
	Paragraph int `json:"paragraph"`
	Wrong     int `json:"wrong"`
	Unplaced  int `json:"unplaced"` // section or page
}

// Table is a measurement.
type Table struct {
	Documents int              `json:"documents"`
	Revisions int              `json:"revisions"`
	Unclear   int              `json:"unclear"`
	Classes   map[Class]Counts `json:"classes"`
	MeanMS    float64          `json:"mean_ms"` // of placing one thread
	P99MS     float64          `json:"p99_ms"`
	// Mistakes are some of the wrong placements, to be looked at.
	Mistakes []string `json:"-"`
}

// Options choose the samples.
type Options struct {
	Seed uint64
	// Steps are how many revisions lie between the two; default 1, 5 and 20.
	Steps []int
	// Pairs bounds the pairs of revisions of a document and step.
	Pairs int
	// Changed and Unchanged bound the quotes of a pair from blocks that changed and
	// did not.
	Changed, Unchanged int
	Progress           func(done, of int)
}

// Run measures.
func Run(histories []History, o Options) Table {
	if len(o.Steps) == 0 {
		o.Steps = []int{1, 5, 20}
	}
	o.Pairs, o.Changed, o.Unchanged = cmp.Or(o.Pairs, 12), cmp.Or(o.Changed, 12), cmp.Or(o.Unchanged, 4)
	r := &run{o: o, random: rand.New(rand.NewPCG(o.Seed, 1)), table: Table{Classes: make(map[Class]Counts)}}
	for i, h := range histories {
		r.history(h)
		if o.Progress != nil {
			o.Progress(i+1, len(histories))
		}
	}
	slices.Sort(r.took)
	if n := len(r.took); n > 0 {
		var sum time.Duration
		for _, t := range r.took {
			sum += t
		}
		r.table.MeanMS = float64(sum.Microseconds()) / 1000 / float64(n)
		r.table.P99MS = float64(r.took[n*99/100].Microseconds()) / 1000
	}
	return r.table
}

type run struct {
	o      Options
	random *rand.Rand
	table  Table
	took   []time.Duration
}

func (r *run) history(h History) {
	if len(h.Revisions) < 2 {
		return
	}
	r.table.Documents++
	r.table.Revisions += len(h.Revisions)
	texts := make([]*words, len(h.Revisions))
	for i, doc := range h.Revisions {
		texts[i] = wordsOf(doc)
	}
	links := make([][]int, len(texts)) // of each revision's words to the next one's
	for i := range len(texts) - 1 {
		links[i] = follow(texts[i].list, texts[i+1].list)
	}
	for _, step := range r.o.Steps {
		var starts []int
		for i := 0; i+step < len(texts); i++ {
			starts = append(starts, i)
		}
		r.random.Shuffle(len(starts), func(i, j int) { starts[i], starts[j] = starts[j], starts[i] })
		for _, i := range starts[:min(len(starts), r.o.Pairs)] {
			r.pair(h, texts[i], texts[i+step], chain(links[i:i+step], len(texts[i].list)))
		}
	}
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

func (r *run) pair(h History, old, now *words, to []int) {
	same := make(map[string]bool)
	for _, b := range now.doc.Blocks {
		same[b.Hash] = true
	}
	var changed, unchanged []int
	for i, b := range old.doc.Blocks {
		if old.first[i+1]-old.first[i] < 3 {
			continue
		}
		if same[b.Hash] {
			unchanged = append(unchanged, i)
		} else {
			changed = append(changed, i)
		}
	}
	pick := func(blocks []int, n int) {
		for range n {
			if len(blocks) > 0 {
				r.sample(h, old, now, to, blocks[r.random.IntN(len(blocks))])
			}
		}
	}
	pick(changed, r.o.Changed)
	pick(unchanged, r.o.Unchanged)
}

// sample anchors a quote of 3 to 17 words of a block, and judges its placement.
func (r *run) sample(h History, old, now *words, to []int, block int) {
	first, end := old.first[block], old.first[block+1]
	n := min(3+r.random.IntN(15), end-first)
	start := first + r.random.IntN(end-first-n+1)
	quote := strings.Join(old.list[start:start+n], " ")
	prefix := strings.Join(old.list[max(first, start-6):start], " ")
	if prefix != "" {
		prefix += " "
	}
	suffix := ""
	if start+n < end {
		suffix = " " + strings.Join(old.list[start+n:min(end, start+n+6)], " ")
	}
	a, err := anchor.Make(old.doc, anchor.Request{Block: &block, Quote: quote, Prefix: prefix, Suffix: suffix})
	if err != nil {
		return // it stands twice in its block, or is code
	}
	class, truth := r.truth(old, now, to, start, n, quote)
	if class == "" {
		r.table.Unclear++
		return
	}
	begin := time.Now()
	place := anchor.Place(a, old.doc, now.doc)
	r.took = append(r.took, time.Since(begin))
	c := r.table.Classes[class]
	c.Samples++
	passage := place.State == anchor.Exact || place.State == anchor.Moved || place.State == anchor.Edited
	switch {
	case class == Deleted && passage, class != Deleted && passage && place.Block != truth:
		c.Wrong++
		r.mistake(h, class, quote, place, now)
	case passage:
		c.Right++
	case place.State == anchor.Block && class != Deleted && place.Block == truth:
		c.Paragraph++
	case place.State == anchor.Block && class != Deleted:
		c.Wrong++
		r.mistake(h, class, quote, place, now)
	case place.State == anchor.Block:
		c.Paragraph++
	default:
		c.Unplaced++
	}
	r.table.Classes[class] = c
}

const maxMistakes = 40

func (r *run) mistake(h History, class Class, quote string, place anchor.Placement, now *words) {
	if len(r.table.Mistakes) < maxMistakes {
		r.table.Mistakes = append(r.table.Mistakes, h.Name+": "+string(class)+" "+quote+" → "+place.State+" "+place.Reason+": "+now.doc.Blocks[place.Block].Text)
	}
}

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
