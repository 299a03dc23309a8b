package claims

import (
	"strings"

	"lockstep/site"
)

// numbers finds what is bare in a statement.
func (k *Checker) numbers(p print) {
	k.tally.Numbers++
	for _, at := range k.bare.find(p.plain) {
		switch {
		case k.covered(p, at):
		case p.quoted(at):
		case p.defined(at):
		default:
			k.find(p.of.File, p.line(at.start), "bare-number",
				"link it to the model or to evidence, name its source in the same sentence"+k.orAllow(), "the number %q has no ground", p.text[at.start:at.end])
		}
	}
}

// defined says whether the statement names an identifier whose definition has the
// same number: "below 50 ms (SLO-5)".
func (p print) defined(at span) bool {
	for _, m := range site.FindReferences([]byte(p.text)) {
		if states(p.of.Defined(m.ID, p.line(at.start)), p.text[at.start:at.end]) {
			return true
		}
	}
	return false
}

// quoted says whether the sentence, or the cell, links to somebody else's word. If
// the page of sources has an entry for it, the number stands there as well.
func (p print) quoted(at span) bool {
	cell := p.Pieces[p.at(at.start)].Cell
	for _, piece := range p.Pieces {
		if piece.Cell != cell || piece.Dest == "" {
			continue
		}
		if entry, ok := p.of.Source(piece.Dest); ok && (entry == "" || states(entry, p.text[at.start:at.end])) {
			return true
		}
	}
	return false
}

// states says whether a text has a number: "50 ms" is not in "150 ms".
func states(text, number string) bool {
	for from := 0; ; {
		i := strings.Index(text[from:], number)
		if i < 0 {
			return false
		}
		if at := from + i; at == 0 || !strings.ContainsAny(text[at-1:at], "0123456789.,") {
			return true
		}
		from += i + len(number)
	}
}
