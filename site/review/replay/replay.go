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
//
// In tables, lists and code, where the same few words stand in many places, such a
// comparison knows nothing. [Invent] makes and edits texts in which each cell, item
// and line is followed by what was done to it.
package replay

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

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

// Options choose the samples. The same pair of texts gives the same ones in every run.
type Options struct {
	Seed uint64
	// Steps are how many revisions lie between the two; default 1, 5 and 20.
	Steps []int
	// Pairs bounds the pairs of revisions of a document and step; all by default.
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
	o.Pairs, o.Changed, o.Unchanged = cmp.Or(o.Pairs, maxRevisions), cmp.Or(o.Changed, 12), cmp.Or(o.Unchanged, 4)
	r := &run{o: o, table: Table{Classes: make(map[Class]Counts)}}
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
		var lots []lot
		for i := 0; i+step < len(texts); i++ {
			lots = append(lots, lot{i, r.draw(h, i, i+step)})
		}
		slices.SortFunc(lots, func(a, b lot) int { return cmp.Compare(a.drawn, b.drawn) })
		for _, l := range lots[:min(len(lots), r.o.Pairs)] {
			r.random = rand.New(rand.NewPCG(l.drawn, 1))
			r.pair(h, texts[l.start], texts[l.start+step], chain(links[l.start:l.start+step], len(texts[l.start].list)))
		}
	}
}

// lot is a pair of revisions by the index of the older one, with what was drawn for it.
type lot struct {
	start int
	drawn uint64
}

// draw depends on the seed and on the two texts alone, so that a revision more leaves
// the other samples as they are: a measurement moves with the code, not with the draw.
func (r *run) draw(h History, old, now int) uint64 {
	sum := fnv.New64a()
	fmt.Fprintf(sum, "%d %q %s %s", r.o.Seed, h.Name, h.Revisions[old].Revision, h.Revisions[now].Revision)
	return sum.Sum64()
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
