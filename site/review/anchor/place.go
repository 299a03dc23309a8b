package anchor

import (
	"fmt"
	"slices"

	"lockstep/site"
)

// The states of a placement.
const (
	Exact   = "exact"   // the same words in a block that nobody changed
	Moved   = "moved"   // the same words elsewhere, or nearly
	Edited  = "edited"  // its block was edited, and it is still to be seen where
	Block   = "block"   // its block is there, and it is not
	Section = "section" // its block is gone, and its section is there
	Orphan  = "orphan"  // nothing of it is there
	Pinned  = "pinned"  // it belongs to an old text for good
)

// Placement is where an anchor stands in a text, and how that is known.
type Placement struct {
	State      string
	Block      int // number of the block; -1: the page
	Start, End int // code points within the block; both 0: all of it
	Score      float64
	Margin     float64
	Rung       int    // which attempt found it, from 1; 0: there was nothing to find
	Reason     string // in words; "" for Exact
	Then       []site.Span
}

// Thresholds, as they were measured.
const (
	wholeQuote    = 24   // code points from which a quote is unlikely to recur by chance
	uniqueContext = 0.45 // what surrounds a quote that stands once, elsewhere
	sureScore     = 0.80
	sureMargin    = 0.05
	nearlyScore   = 0.88 // of words that are not quite the quote's, elsewhere
	editedErrors  = 0.40 // of a quote's length, in its own block
	shortErrors   = 0.25 // the same, of a quote that is short
	shortQuote    = 32
	editedScore   = 0.55
	movedErrors   = 0.25 // of a quote's length, anywhere
	blindContext  = 0.85 // what surrounds a quote, where the old text is not known
	alone         = 16   // code points of context below which nothing but the quote itself speaks for a place
	aloneErrors   = 0.10
)

// Place finds an anchor in a text. Old is the text that it was made in, or nil if
// that is not known any more. Both are only read.
func Place(a Anchor, old, now *Doc) Placement {
	if a.Block == nil {
		return Placement{State: Exact, Block: -1}
	}
	p := placer{a: a, now: now, mine: -1}
	p.align(old)
	place := p.block
	if a.Quote != nil {
		p.quote = []rune(a.Quote.Exact)
		place = p.passage
	}
	found := place()
	if found.State != Exact {
		found.Then = p.then(found)
	}
	return found
}

type placer struct {
	a      Anchor
	now    *Doc
	quote  []rune
	mine   int    // what the block became; -1: not known
	same   bool   // it is the same there
	others []bool // by new block: it is what another old block was
	kept   []bool // by new block: and it is unchanged
	before []bool // by new block: that other block had the quote already
	// stray: the words stood elsewhere too, or nothing but they themselves tells
	// them from others. Wherever they stand now, they may be those, or a copy.
	stray bool
	blind bool // the old text is not known
	old   *Doc // nil if blind
}

// align finds out what became of the anchor's block, and which blocks are others
// for certain.
func (p *placer) align(old *Doc) {
	n := len(p.now.Blocks)
	p.others, p.kept, p.before = make([]bool, n), make([]bool, n), make([]bool, n)
	b := p.a.Block
	if q := p.a.Quote; q != nil && len([]rune(q.Prefix))+len([]rune(q.Suffix)) < alone {
		p.stray = true // nothing but the words themselves tells them from others
	}
	if old == nil || b.N >= len(old.Blocks) || old.Blocks[b.N].Hash != b.Hash {
		p.blind = true
		only := -1
		for i, other := range p.now.Blocks {
			if other.Hash == b.Hash {
				if only >= 0 {
					return
				}
				only = i
			}
		}
		p.mine, p.same = only, only >= 0
		return
	}
	p.old = old
	al := align(old.Blocks, p.now.Blocks)
	p.mine = al.toNew[b.N]
	p.same = p.mine >= 0 && !al.changed[b.N]
	var quote []rune
	if p.a.Quote != nil {
		quote = []rune(p.a.Quote.Exact)
	}
	for j, i := range al.toOld {
		if i < 0 || i == b.N {
			continue
		}
		p.others[j], p.kept[j] = true, !al.changed[i]
	}
	p.stray = false
	for i, other := range old.Blocks {
		if i == b.N || len(occurrences([]rune(other.Text), quote)) == 0 {
			continue
		}
		p.stray = true
		if j := al.toNew[i]; j >= 0 {
			p.before[j] = true
		}
	}
}

// candidate is a run of a block that may be the quote.
type candidate struct {
	block, start, end int
	score             float64
	context           float64
}

func (p *placer) candidate(block, start, end, errors int) candidate {
	text, q := []rune(p.now.Blocks[block].Text), p.a.Quote
	prefix, suffix := []rune(q.Prefix), []rune(q.Suffix)
	before := similar(prefix, text[max(0, start-len(prefix)):start])
	after := similar(suffix, text[end:min(len(text), end+len(suffix))])
	quote := 1 - float64(errors)/float64(len(p.quote))
	place := 1 - float64(abs(block-p.a.Block.N))/float64(max(len(p.now.Blocks), p.a.Block.N+1))
	return candidate{block, start, end, (50*quote + 20*before + 20*after + 2*place) / 92, (before + after) / 2}
}

func (p *placer) passage() Placement {
	if place, ok := p.inMine(); ok {
		return place
	}
	if place, ok := p.exactElsewhere(); ok {
		return place
	}
	if place, ok := p.nearlyInMine(); ok {
		return place
	}
	if place, ok := p.nearlyElsewhere(); ok {
		return place
	}
	return p.rest("the passage is gone", 5)
}

// inMine: the quote as it is, in what its block became.
func (p *placer) inMine() (Placement, bool) {
	if p.mine < 0 {
		return Placement{}, false
	}
	if p.same {
		return Placement{State: Exact, Block: p.mine, Start: p.a.Quote.Start, End: p.a.Quote.End, Score: 1, Margin: 1, Rung: 1}, true
	}
	starts := occurrences([]rune(p.now.Blocks[p.mine].Text), p.quote)
	if len(starts) == 0 {
		return Placement{}, false
	}
	// Where a block was copied and both were edited, either may be the one.
	all := p.elsewhere()
	for _, s := range starts {
		all = append(all, p.candidate(p.mine, s, s+len(p.quote), 0))
	}
	best, margin := choose(all)
	if best.block != p.mine || margin < sureMargin {
		return Placement{State: Block, Block: p.mine, Score: best.score, Margin: margin, Rung: 1,
			Reason: fmt.Sprintf("the %s was edited, and the words now stand in %d places", p.noun(), len(all))}, true
	}
	return Placement{State: Edited, Block: p.mine, Start: best.start, End: best.end, Score: best.score, Margin: margin, Rung: 1,
		Reason: fmt.Sprintf("the same words; the %s around them was edited", p.noun())}, true
}

// exactElsewhere: the quote as it is, in a block that did not have it before.
func (p *placer) exactElsewhere() (Placement, bool) {
	all := p.elsewhere()
	if len(all) == 0 {
		return Placement{}, false
	}
	best, margin := choose(all)
	sole := len(all) == 1 && len(p.quote) >= wholeQuote && best.context >= uniqueContext
	if (p.stray || p.blind && !p.surrounded(best)) || !sole && (best.score < sureScore || margin < sureMargin) {
		return Placement{}, false
	}
	// A copy elsewhere and an edited passage at home: either may be meant.
	if p.mine >= 0 {
		if _, near := nearest([]rune(p.now.Blocks[p.mine].Text), p.quote, int(movedErrors*float64(len(p.quote)))); near {
			return Placement{State: Block, Block: p.mine, Score: best.score, Margin: margin, Rung: 2,
				Reason: "the passage was edited, and the same words stand in another place"}, true
		}
	}
	return Placement{State: Moved, Block: best.block, Start: best.start, End: best.end, Score: best.score, Margin: margin, Rung: 2,
		Reason: "the same words, in another place"}, true
}

// elsewhere lists where the quote stands in blocks that did not have it before.
func (p *placer) elsewhere() (all []candidate) {
	for i, b := range p.now.Blocks {
		if i == p.mine || p.kept[i] || p.before[i] {
			continue
		}
		for _, s := range occurrences([]rune(b.Text), p.quote) {
			all = append(all, p.candidate(i, s, s+len(p.quote), 0))
		}
	}
	return all
}

// nearlyInMine: words like the quote, in what its block became.
func (p *placer) nearlyInMine() (Placement, bool) {
	if p.mine < 0 {
		return Placement{}, false
	}
	share := editedErrors
	if len(p.quote) < shortQuote {
		share = shortErrors
	}
	found, ok := nearest([]rune(p.now.Blocks[p.mine].Text), p.quote, int(share*float64(len(p.quote))))
	if !ok || found.start >= found.end {
		return Placement{}, false
	}
	c := p.candidate(p.mine, found.start, found.end, found.errors)
	if c.score < editedScore {
		return Placement{}, false
	}
	// Where a block was split or copied, the words may be more in a new one.
	budget := maxSearch
	for i, b := range p.now.Blocks {
		text := []rune(b.Text)
		if budget -= len(text) * len(p.quote); i == p.mine || p.others[i] || budget < 0 {
			continue
		}
		if rival, ok := nearest(text, p.quote, found.errors); ok && rival.start < rival.end && p.candidate(i, rival.start, rival.end, rival.errors).score > c.score-sureMargin {
			return Placement{State: Block, Block: p.mine, Score: c.score, Rung: 3, Reason: "the passage was edited, and words like it stand in several places"}, true
		}
	}
	return Placement{State: Edited, Block: p.mine, Start: c.start, End: c.end, Score: c.score, Margin: 1, Rung: 3,
		Reason: "the passage was edited"}, true
}

// nearlyElsewhere: words like the quote, in a block that is no other's.
func (p *placer) nearlyElsewhere() (Placement, bool) {
	if len(p.quote) < wholeQuote || p.blind {
		return Placement{}, false
	}
	share := movedErrors
	if len([]rune(p.a.Quote.Prefix))+len([]rune(p.a.Quote.Suffix)) < alone {
		share = aloneErrors
	}
	var all []candidate
	budget := maxSearch
	for i, b := range p.now.Blocks {
		text := []rune(b.Text)
		if i == p.mine || p.others[i] || len(text) < len(p.quote)/2 {
			continue
		}
		if budget -= len(text) * len(p.quote); budget < 0 {
			return Placement{}, false
		}
		if found, ok := nearest(text, p.quote, int(share*float64(len(p.quote)))); ok && found.start < found.end {
			all = append(all, p.candidate(i, found.start, found.end, found.errors))
		}
	}
	if len(all) == 0 {
		return Placement{}, false
	}
	best, margin := choose(all)
	if best.score < nearlyScore || margin < sureMargin || (p.stray || p.blind && !p.surrounded(best)) {
		return Placement{}, false
	}
	if p.alikeBefore(share) {
		return Placement{}, false
	}
	return Placement{State: Moved, Block: best.block, Start: best.start, End: best.end, Score: best.score, Margin: margin, Rung: 4,
		Reason: "nearly the same words, in another place"}, true
}

// alikeBefore says whether the old text had words like the quote in another block:
// what is like it now may be those.
func (p *placer) alikeBefore(share float64) bool {
	if p.old == nil {
		return false
	}
	budget := maxSearch
	for i, b := range p.old.Blocks {
		text := []rune(b.Text)
		if i == p.a.Block.N || len(text) < len(p.quote)/2 {
			continue
		}
		if budget -= len(text) * len(p.quote); budget < 0 {
			return true // who cannot look does not claim
		}
		if _, ok := nearest(text, p.quote, int(2*share*float64(len(p.quote)))); ok {
			return true
		}
	}
	return false
}

// surrounded: where the old text is not known, another passage of the same words
// cannot be told from this one unless both sides of it speak for it.
func (p *placer) surrounded(c candidate) bool {
	q := p.a.Quote
	return len([]rune(q.Prefix)) >= alone/2 && len([]rune(q.Suffix)) >= alone/2 && c.context >= blindContext
}

// choose gives the best candidate, and by how much.
func choose(all []candidate) (best candidate, margin float64) {
	best, second := all[0], -1.0
	for _, c := range all[1:] {
		if c.score > best.score {
			best, second = c, best.score
		} else {
			second = max(second, c.score)
		}
	}
	if second < 0 {
		return best, 1
	}
	return best, best.score - second
}

// block places an anchor of a whole block.
func (p *placer) block() Placement {
	switch {
	case p.same:
		return Placement{State: Exact, Block: p.mine, Score: 1, Margin: 1, Rung: 1}
	case p.mine >= 0:
		return Placement{State: Edited, Block: p.mine, Score: 1, Margin: 1, Rung: 1, Reason: fmt.Sprintf("the %s was edited", p.noun())}
	}
	var equal []int
	for i, b := range p.now.Blocks {
		if b.Hash == p.a.Block.Hash && !p.others[i] {
			equal = append(equal, i)
		}
	}
	if len(equal) == 1 {
		return Placement{State: Moved, Block: equal[0], Score: 1, Margin: 1, Rung: 2, Reason: fmt.Sprintf("the %s was moved", p.noun())}
	}
	return p.rest(fmt.Sprintf("the %s is gone", p.noun()), 6)
}

// rest is where a thread goes whose words are gone.
func (p *placer) rest(gone string, rung int) Placement {
	if p.mine >= 0 {
		return Placement{State: Block, Block: p.mine, Rung: rung, Reason: gone + "; its " + p.noun() + " was rewritten"}
	}
	section := p.a.Block.Section
	for depth := len(section); depth > 0; depth-- {
		if last := p.endOf(section[:depth]); last >= 0 {
			return Placement{State: Section, Block: last, Rung: 6, Reason: fmt.Sprintf("%s; its section “%s” is still there", gone, section[depth-1])}
		}
	}
	return Placement{State: Orphan, Block: -1, Rung: 7, Reason: gone + ", and so is its section"}
}

// endOf is the last block of a section, or its heading; -1 if there is none, or
// more than one of that name.
func (p *placer) endOf(section []string) int {
	heading, last := -1, -1
	for i, b := range p.now.Blocks {
		name := section[len(section)-1]
		if b.Kind == "heading" && b.Text == name && slices.Equal(b.Section, section[:len(section)-1]) {
			if heading >= 0 {
				return -1
			}
			heading, last = i, i
		}
		if heading >= 0 && len(b.Section) >= len(section) && slices.Equal(b.Section[:len(section)], section) {
			last = i
		}
	}
	return last
}

// nouns are what readers call blocks.
var nouns = map[string]string{"item": "list item", "code": "block of code", "cell": "table cell"}

func (p *placer) noun() string {
	if noun := nouns[p.a.Block.Kind]; noun != "" {
		return noun
	}
	return p.a.Block.Kind
}

// then compares the old block, in which the quote is marked, with what it
// became, if that is known.
func (p *placer) then(found Placement) []site.Span {
	old := p.a.Block.Text
	start, end := 0, len([]rune(old))
	if q := p.a.Quote; q != nil {
		start, end = q.Start, q.End
	}
	now, known := "", false
	switch {
	case p.mine >= 0:
		now, known = p.now.Blocks[p.mine].Text, true
	case found.State == Moved:
		now, known = p.now.Blocks[found.Block].Text, true
	}
	spans := []site.Span{{Op: '-', Text: old}}
	if known {
		spans = Diff(old, now)
	}
	return marked(spans, start, end)
}
