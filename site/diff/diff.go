package diff

import (
	"slices"

	"lockstep/site"
)

// Compare gives all pieces of two texts, in the order of the new one; what is gone
// stands where it was.
func Compare(old, now Text) (pieces []site.Piece) {
	m := newMatcher()
	before, after := units(old), units(now)
	a := align(m, before, after)
	i := 0
	gone := func(upto int) {
		for ; i < upto; i++ {
			switch j := a.toNew[i]; {
			case j < 0:
				pieces = append(pieces, piece(m, site.PieceGone, before[i], nil))
			case a.moved[j]:
				p := piece(m, site.PieceAway, before[i], nil)
				p.From = after[j].section()
				pieces = append(pieces, p)
			}
		}
	}
	for j, u := range after {
		gone(nextOld(a, j, len(before)))
		from := a.toOld[j]
		switch {
		case from < 0:
			pieces = append(pieces, piece(m, site.PieceNew, nil, u))
			continue
		case a.moved[j]:
			p := piece(m, site.PieceMoved, before[from], u)
			p.From = before[from].section()
			pieces = append(pieces, p)
			continue
		}
		i = from + 1
		switch {
		case before[from].key != u.key:
			pieces = append(pieces, piece(m, site.PieceEdited, before[from], u))
		case before[from].source != u.source && before[from].source != "" && u.source != "":
			p := piece(m, site.PieceMarkup, u, u)
			p.Rows, p.Spans = nil, m.words(before[from].source, u.source)
			pieces = append(pieces, p)
		default:
			pieces = append(pieces, piece(m, site.PieceSame, u, u))
		}
	}
	gone(len(before))
	return pieces
}

// nextOld is the unit of the old text up to which all is gone before unit j of the new
// one: that of the next unit that is in its place.
func nextOld(a *alignment, j, end int) int {
	for ; j < len(a.toOld); j++ {
		if a.toOld[j] >= 0 && !a.moved[j] {
			return a.toOld[j]
		}
	}
	return end
}

// piece compares a unit with what it was; either may be nil.
func piece(m *matcher, op site.PieceOp, old, now *unit) site.Piece {
	shown := now
	if shown == nil {
		shown = old
	}
	p := site.Piece{Op: op, Kind: shown.kind(), Head: shown.head(), Label: shown.blocks[0].Label, Section: shown.section()}
	var before, after string
	if old != nil {
		before = old.text
	}
	if now != nil {
		after = now.text
	}
	switch {
	case shown.table():
		p.Kind, p.Rows = "table", m.rows(old, now)
	case p.Kind == "code":
		p.Rows = m.lines(before, after)
	default:
		p.Spans = m.words(before, after)
	}
	return p
}

// Sections are the outermost headings under which something differs, in order.
func Sections(pieces []site.Piece) (names []string) {
	for _, p := range pieces {
		if p.Op == site.PieceSame || p.Op == site.PieceSkipped || p.Head {
			continue
		}
		name := ""
		if len(p.Section) > 0 {
			name = p.Section[0]
		} else if p.Kind == "heading" {
			name = text(p.Spans, p.Op)
		}
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// text is what spans say after the change, or before it for what is gone.
func text(spans []site.Span, op site.PieceOp) (text string) {
	leave := byte('-')
	if op == site.PieceGone || op == site.PieceAway {
		leave = '+'
	}
	for _, s := range spans {
		if s.Op != leave {
			text += s.Text
		}
	}
	return text
}
