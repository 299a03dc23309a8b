// Package anchor remembers what a comment was about, and finds it again in later
// texts.
//
// An [Anchor] is made once, against a text that the server showed, and never
// changed. Where it stands in another text is a [Placement], worked out anew for
// each text from the anchor as it was made: so it cannot drift, and what was
// lost comes back by itself when its words do.
//
// A placement says how sure it is. Exact is the quote in a block that nobody
// changed. Everything else carries its reason in words, and the old block
// compared with the new one. Where two places are as good, neither is taken:
// a thread on the wrong sentence is worse than one at the end of its section.
// Where the old text itself is lost, words that stood twice in it, between the
// same neighbours, cannot be told apart; such a place is labelled as moved.
//
// Words that stand in several cells, items or lines of code are told apart by what
// holds them, which the blocks of a text know: by their row and column, by the list
// or the section and its other blocks, by the lines around them. A comparison that
// allows two answers gives neither. Anchors of canon 1, whose blocks did not know
// what holds them, go by words alone.
//
// The order in which places are tried, and the thresholds, were measured on
// histories of real documents; see package replay, which measures them on the
// history of this repository in every run of the tests.
package anchor

import (
	"errors"
	"slices"
	"strings"

	"lockstep/site"
)

// Doc is the text of a page at one revision.
type Doc struct {
	Revision string       `json:"revision"`
	Blocks   []site.Block `json:"blocks"`
}

// Anchor is what was pointed at: a passage of a block, a whole block, or the
// page.
type Anchor struct {
	Canon    int         `json:"canon"` // site.CanonVersion when it was made
	Revision string      `json:"revision"`
	Block    *site.Block `json:"block,omitempty"` // as it was; nil for the page
	Quote    *Quote      `json:"quote,omitempty"` // nil for the whole block
	Context  *Context    `json:"context,omitempty"`
	Also     []Part      `json:"also,omitempty"` // the other blocks of a selection, in order
}

// Quote is a passage of a block. Start and End are code points within it.
type Quote struct {
	Exact  string `json:"exact"`
	Prefix string `json:"prefix,omitempty"` // up to 32 code points before it, in its block
	Suffix string `json:"suffix,omitempty"`
	Start  int    `json:"start"`
	End    int    `json:"end"`
}

// Kind is "page", "block" or "passage".
func (a Anchor) Kind() string {
	switch {
	case a.Block == nil:
		return "page"
	case a.Quote == nil:
		return "block"
	}
	return "passage"
}

// Request says what to anchor. Without a block the quote must stand exactly once
// in the text. Prefix and Suffix choose between places within a block; what is
// kept of them is what stands there.
type Request struct {
	Block          *int
	Quote          string
	Prefix, Suffix string
	// Also are the other blocks of a selection that goes over several; each names its
	// own.
	Also []Request
}

var (
	// ErrAbsent is the error for a quote that does not stand where it should.
	ErrAbsent = errors.New("the quote does not stand there")
	// ErrAmbiguous is the error for a quote that stands in several places.
	ErrAmbiguous = errors.New("the quote stands there more than once")
	// ErrTooLong is the error for a quote beyond MaxQuote.
	ErrTooLong = errors.New("the quote is longer than 1000 characters")
	// ErrNoBlock is the error for a block that the text does not have.
	ErrNoBlock = errors.New("the text has no such block")
	// ErrTooMany is the error for a selection over more than MaxParts blocks, or over
	// blocks that are very long.
	ErrTooMany = errors.New("the selection is too long: it may go over 40 blocks with 40000 characters; mark less of it")
	// ErrTwice is the error for a selection that names a block twice.
	ErrTwice = errors.New("the selection names a block twice")
)

const (
	// MaxQuote bounds a quote, in code points.
	MaxQuote = 1000
	context  = 32 // code points of prefix and suffix
	maxBlock = 8000
)

// Make anchors a request in a text.
func Make(doc *Doc, r Request) (Anchor, error) {
	if len(r.Also) > 0 {
		return makeAll(doc, r)
	}
	a := Anchor{Canon: site.CanonVersion, Revision: doc.Revision}
	if r.Quote == "" && r.Block == nil {
		return a, nil
	}
	if r.Block != nil {
		if *r.Block < 0 || *r.Block >= len(doc.Blocks) {
			return a, ErrNoBlock
		}
		b := doc.Blocks[*r.Block]
		a.Context = contextIn(doc.Blocks, *r.Block)
		if r.Quote == "" {
			a.Block = capped(b)
			return a, nil
		}
		return a.in(b, r)
	}
	// What the head of the page repeats, such as options, is meant where the text has it.
	for _, head := range []bool{false, true} {
		var found []int
		for i, b := range doc.Blocks {
			if b.Head == head {
				for range Occurrences([]rune(b.Text), quoteIn(b, r.Quote)) {
					found = append(found, i)
				}
			}
		}
		switch len(found) {
		case 0:
			continue
		case 1:
			a.Context = contextIn(doc.Blocks, found[0])
			return a.in(doc.Blocks[found[0]], r)
		}
		return a, ErrAmbiguous
	}
	return a, ErrAbsent
}

// quoteIn is a quote as it would stand in a block: white space is one space,
// except in code.
func quoteIn(b site.Block, quote string) []rune {
	if b.Kind == "code" && strings.Contains(b.Text, quote) {
		return []rune(quote)
	}
	return []rune(strings.Join(strings.Fields(quote), " "))
}

func (a Anchor) in(b site.Block, r Request) (Anchor, error) {
	text, quote := []rune(b.Text), quoteIn(b, r.Quote)
	if len(quote) > MaxQuote {
		return a, ErrTooLong
	}
	starts := Occurrences(text, quote)
	switch {
	case len(quote) == 0 || len(starts) == 0:
		return a, ErrAbsent
	case len(starts) > 1:
		best, second, at := -1, -1, 0
		for _, s := range starts {
			fit := commonSuffix(text[:s], []rune(r.Prefix)) + commonPrefix(text[s+len(quote):], []rune(r.Suffix))
			if fit > best {
				best, second, at = fit, best, s
			} else if fit > second {
				second = fit
			}
		}
		if best == second {
			return a, ErrAmbiguous
		}
		starts[0] = at
	}
	start, end := starts[0], starts[0]+len(quote)
	a.Block = capped(b)
	a.Quote = &Quote{Exact: string(quote), Start: start, End: end,
		Prefix: string(text[max(0, start-context):start]), Suffix: string(text[end:min(len(text), end+context)])}
	return a, nil
}

// capped keeps of a very long block only its beginning.
func capped(b site.Block) *site.Block {
	if text := []rune(b.Text); len(text) > maxBlock {
		b.Text = string(text[:maxBlock])
	}
	b.Section = slices.Clone(b.Section)
	if b.Frame != nil {
		frame := *b.Frame
		b.Frame = &frame
	}
	return &b
}

// Occurrences are the places at which quote begins in text, in characters, overlapping
// ones too.
func Occurrences(text, quote []rune) (starts []int) {
	if len(quote) == 0 {
		return nil
	}
	for i := 0; i+len(quote) <= len(text); i++ {
		if text[i] == quote[0] && slices.Equal(text[i:i+len(quote)], quote) {
			starts = append(starts, i)
		}
	}
	return starts
}

func commonPrefix(a, b []rune) (n int) {
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func commonSuffix(a, b []rune) (n int) {
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return n
}
