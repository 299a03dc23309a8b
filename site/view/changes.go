package view

import (
	"strconv"
	"strings"
	"time"

	"lockstep/site"
)

func dayID(d site.ChangeDay) string { return "day-" + d.Day.Format("2006-01-02") }

// unixTime is a time as scripts compare it.
func unixTime(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }

func shortHash(hash string) string { return hash[:min(len(hash), 10)] }

// wordClass gives a status its colour; the word says it without.
func wordClass(word string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(word, "new, "), " ")
	switch site.Status(first) {
	case site.StatusProposed, site.StatusAccepted, site.StatusRejected, site.StatusDeprecated, site.StatusSuperseded:
		return "status " + first
	}
	return ""
}

// shownPiece is a piece with what is said above it.
type shownPiece struct {
	site.Piece
	Trail string // the headings under which it stands, where they are others than before
	Note  string // what happened to it, beyond its words
}

// shownPieces says of each piece where it stands and what happened to it.
func shownPieces(d *site.Difference) (shown []shownPiece) {
	trail := ""
	for _, p := range d.Pieces {
		s := shownPiece{Piece: p, Note: pieceNote(p)}
		if here := strings.Join(p.Section, " › "); p.Op != site.PieceSkipped && !p.Head && p.Kind != "heading" && here != trail {
			trail = here
			s.Trail = here
		}
		if p.Kind == "heading" { // it is the trail of what follows
			trail = strings.TrimPrefix(strings.Join(append(p.Section[:len(p.Section):len(p.Section)], spansText(p.Spans)), " › "), " › ")
		}
		shown = append(shown, s)
	}
	return shown
}

func spansText(spans []site.Span) (text string) {
	for _, s := range spans {
		if s.Op != '-' {
			text += s.Text
		}
	}
	return text
}

func pieceNote(p site.Piece) string {
	where := "the top"
	if len(p.From) > 0 {
		where = "“" + strings.Join(p.From, " › ") + "”"
	}
	what := map[string]string{"heading": "heading", "item": "item of a list", "table": "table", "code": "code", "figure": "picture", "term": "term"}[p.Kind]
	if p.Head {
		what = "at the head of the page"
	}
	note := ""
	switch p.Op {
	case site.PieceNew:
		note = "New"
	case site.PieceGone:
		note = "Gone"
	case site.PieceMoved:
		note = "Moved here from " + where
	case site.PieceAway:
		note = "Moved to " + where
	case site.PieceMarkup:
		note = "The words are the same; links or emphasis are not. The source"
	case site.PieceEdited:
		note = "Changed"
	default:
		return ""
	}
	if what != "" {
		note += ": " + what
	}
	if p.Kind == "code" && p.Label != "" {
		note += ", " + p.Label
	}
	return note
}

func onlySame(d *site.Difference) bool {
	for _, p := range d.Pieces {
		if p.Op != site.PieceSame && p.Op != site.PieceSkipped {
			return false
		}
	}
	return d.Omitted == 0
}

func rowSign(r site.PieceRow) string {
	return map[byte]string{'+': "+", '-': "−", '~': "±"}[r.Op]
}

func rowClass(r site.PieceRow) string {
	return map[byte]string{'+': "new", '-': "gone", '~': "changed"}[r.Op]
}

// rowText is a line of code.
func rowText(r site.PieceRow) (text string) {
	for _, cell := range r.Cells {
		for _, s := range cell {
			text += s.Text
		}
	}
	return text
}
