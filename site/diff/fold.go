package diff

import "lockstep/site"

const (
	maxShown   = 400_000 // bytes of text that a difference shows
	aroundCode = 3       // lines of code
	aroundRow  = 1       // rows of a table
)

// Fold leaves out what is the same, but for the block on either side of a change, and
// what goes beyond what a page can show; it says how many pieces that are.
func Fold(all []site.Piece) (pieces []site.Piece, omitted int) {
	size, skipped := 0, 0
	skip := func() {
		if skipped > 0 {
			pieces = append(pieces, site.Piece{Op: site.PieceSkipped, Skipped: skipped})
		}
		skipped = 0
	}
	for i, p := range all {
		if p.Op == site.PieceSame {
			near := i > 0 && all[i-1].Op != site.PieceSame || i+1 < len(all) && all[i+1].Op != site.PieceSame
			if !near || p.Head || p.Kind == "table" || p.Kind == "code" {
				skipped++
				continue
			}
		}
		if size += p.Size(); size > maxShown {
			if p.Op != site.PieceSame {
				omitted++
			}
			continue
		}
		skip()
		around := aroundRow
		if p.Kind == "code" {
			around = aroundCode
		}
		p.Rows = foldRows(p.Rows, around)
		pieces = append(pieces, p)
	}
	skip()
	return pieces, omitted
}

// foldRows leaves out rows that are the same, but for those around a change and those
// that name the columns.
func foldRows(rows []site.PieceRow, around int) (out []site.PieceRow) {
	skipped := 0
	skip := func() {
		if skipped > 0 {
			out = append(out, site.PieceRow{Op: '.', Skipped: skipped})
		}
		skipped = 0
	}
	for i, r := range rows {
		near := r.Head
		for _, other := range rows[max(0, i-around):min(len(rows), i+around+1)] {
			near = near || other.Op != '='
		}
		if !near {
			skipped++
			continue
		}
		skip()
		out = append(out, r)
	}
	skip()
	return out
}
