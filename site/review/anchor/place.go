package anchor

import (
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
	Also       []Placement // of the other blocks of a selection, those that are still there
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
	first := place(a, old, now)
	if len(a.Also) == 0 {
		return first
	}
	parts := []Placement{first}
	for _, also := range a.Also {
		parts = append(parts, place(Anchor{Canon: a.Canon, Revision: a.Revision, Block: also.Block, Quote: also.Quote, Context: also.Context}, old, now))
	}
	return together(parts)
}

func place(a Anchor, old, now *Doc) Placement {
	if a.Block == nil {
		return Placement{State: Exact, Block: -1}
	}
	p := placer{a: a, mine: -1, home: -1, framed: a.Canon >= framedCanon}
	var found Placement
	if a.Quote != nil {
		p.quote = []rune(a.Quote.Exact)
	}
	if a.Block.Head {
		found = p.inHead(old, now)
	} else {
		p.now = body(now)
		p.align(body(old))
		found = p.place()
	}
	if found.State != Exact {
		found.Then = p.then(found)
	}
	return found
}

func (p *placer) place() Placement {
	if p.a.Quote != nil {
		return p.passage()
	}
	return p.block()
}

// framedCanon is the first canon whose blocks know what holds them. Earlier anchors go
// by words alone, as they did when they were made.
const framedCanon = 2

// body is a text without the head of its page, which has blocks of its own.
func body(doc *Doc) *Doc {
	if doc == nil {
		return nil
	}
	n := len(doc.Blocks)
	for n > 0 && doc.Blocks[n-1].Head {
		n--
	}
	return &Doc{doc.Revision, doc.Blocks[:n]}
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
	al    *alignment

	framed               bool // the anchor knows what holds its block
	oldFrames, newFrames *frames
	// What tells that a block with the same words is not exactly the anchor's: it is
	// one of several, its surroundings were edited, or it stands elsewhere.
	doubt, loose, shifted string
	seated                bool   // it is a cell, which only its row and column can find
	lost                  string // why a cell is not there
	home                  int    // where the thread goes then; -1: not known
	homeIs                string // what that is
}

// align finds out what became of the anchor's block, and which blocks are others
// for certain.
func (p *placer) align(old *Doc) {
	n := len(p.now.Blocks)
	p.others, p.kept, p.before = make([]bool, n), make([]bool, n), make([]bool, n)
	if p.framed && old != nil {
		p.inOld(old)
	}
	b := p.a.Block
	if q := p.a.Quote; q != nil && len([]rune(q.Prefix))+len([]rune(q.Suffix)) < alone {
		p.stray = true // nothing but the words themselves tells them from others
	}
	if old == nil || b.N >= len(old.Blocks) || old.Blocks[b.N].Hash != b.Hash || b.Frame != nil && p.framed && old.Blocks[b.N].Frame == nil {
		p.blind = true
		if p.framed && p.byContext() {
			return
		}
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
	if p.framed {
		al.headings(old.Blocks, p.now.Blocks)
		if slices.Contains(al.moved, b.N) {
			p.shifted = "the heading was moved"
		}
	}
	p.al = al
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
		if i == b.N || len(Occurrences([]rune(other.Text), quote)) == 0 {
			continue
		}
		p.stray = true
		if j := al.toNew[i]; j >= 0 {
			p.before[j] = true
		}
	}
	if p.framed {
		p.settle()
	}
}

// inOld gives the anchor's block the number that it has in the old text, which may be
// kept by other rules than those by which the anchor was made.
func (p *placer) inOld(old *Doc) {
	b := p.a.Block
	if b.N < len(old.Blocks) && old.Blocks[b.N].Hash == b.Hash {
		return
	}
	if i := slices.IndexFunc(old.Blocks, func(o site.Block) bool { return o.ID == b.ID && o.Hash == b.Hash }); i >= 0 {
		same := *b
		same.N = i
		p.a.Block = &same
	}
}
