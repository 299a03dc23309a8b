package anchor

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"lockstep/site"
)

// Part is what an anchor has of one more block, where a selection goes over several.
type Part struct {
	Block   *site.Block `json:"block"`
	Quote   *Quote      `json:"quote,omitempty"` // nil for the whole block
	Context *Context    `json:"context,omitempty"`
}

const (
	// MaxParts bounds the blocks of one anchor.
	MaxParts     = 40
	maxSelection = 40_000 // code points of all of them
)

// makeAll anchors a request that names several blocks, in the order of the text.
func makeAll(doc *Doc, r Request) (Anchor, error) {
	if len(r.Also) >= MaxParts {
		return Anchor{}, ErrTooMany
	}
	requests := append([]Request{{Block: r.Block, Quote: r.Quote, Prefix: r.Prefix, Suffix: r.Suffix}}, r.Also...)
	var made []Anchor
	for _, part := range requests {
		if part.Block == nil || len(part.Also) > 0 {
			return Anchor{}, ErrNoBlock
		}
		a, err := Make(doc, part)
		if err != nil {
			return a, err
		}
		if slices.ContainsFunc(made, func(other Anchor) bool { return other.Block.N == a.Block.N }) {
			return a, ErrTwice
		}
		made = append(made, a)
	}
	size := 0
	for _, a := range made {
		size += len([]rune(a.Block.Text))
	}
	if size > maxSelection {
		return Anchor{}, ErrTooMany
	}
	slices.SortStableFunc(made, func(a, b Anchor) int { return cmp.Compare(a.Block.N, b.Block.N) })
	all := made[0]
	for _, a := range made[1:] {
		all.Also = append(all.Also, Part{a.Block, a.Quote, a.Context})
	}
	return all, nil
}

// Parts are all blocks of an anchor, the first one too. The part of an anchor of the
// whole page has no block.
func (a Anchor) Parts() []Part {
	return append([]Part{{a.Block, a.Quote, a.Context}}, a.Also...)
}

// together is the placement of a selection over several blocks. It stands where the
// first of its parts stands that is still to be seen, and it is exact if all of them
// are.
func together(parts []Placement) Placement {
	seen, exact := 0, 0
	first := -1
	for i, part := range parts {
		switch part.State {
		case Exact, Moved, Edited:
			if seen++; first < 0 {
				first = i
			}
			if part.State == Exact {
				exact++
			}
		}
	}
	all := parts[max(first, 0)]
	all.Also = nil
	for i, part := range parts {
		if i != max(first, 0) && part.State != Section && part.State != Orphan {
			all.Also = append(all.Also, part)
		}
	}
	if exact == len(parts) {
		return all
	}
	var reasons []string
	for _, part := range parts {
		if part.Reason != "" && !slices.Contains(reasons, part.Reason) {
			reasons = append(reasons, part.Reason)
		}
	}
	if all.State == Exact {
		all.State = Edited
	}
	all.Reason = fmt.Sprintf("of %d passages %d stand as they were; %s", len(parts), exact, strings.Join(reasons, "; "))
	all.Then = nil
	for i, part := range parts {
		if i > 0 && len(all.Then) > 0 && len(part.Then) > 0 {
			all.Then = append(all.Then, site.Span{Op: '=', Text: "\n"})
		}
		all.Then = append(all.Then, part.Then...)
	}
	return all
}
