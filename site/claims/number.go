package claims

import (
	"regexp"
	"slices"
	"strings"

	"lockstep/site/markdown"
	"lockstep/site/model"
)

const (
	amount  = `\d[\d,]*(?:\.\d+)?(?:[eE][+-]?\d+)?`
	scale   = `(?:[ \x{00A0}\x{202F}]?(?:k|M|bn|tn)\b|[ \x{00A0}\x{202F}](?:thousand|million|billion|trillion)\b)`
	counted = `(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|(?:a|one) hundred|(?:a|one) thousand|half an?)`
	long    = `(?:(?:milli|micro|nano)?seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|percent|(?:kilo|mega|giga|tera)?bytes?|(?:kilo|mega|giga)?bits?|[kMG]?Hz|[kMGT]bps|[QRT]PS|IOPS|dollars?|euros?|cents?|USD|EUR)`
	period  = `(?:second|minute|hour|day|week|month|year)`
)

// barePattern matches a number with a unit: "30 ms", "$1.17 M", "7.5 %",
// "128-byte", "thirty minutes", "400 messages a second". A unit of one letter wants a
// space before it: "the 1990s" is a decade.
func barePattern(more []string) *regexp.Regexp {
	var short, letter []string
	for _, u := range append(model.UnitSymbols(), more...) {
		if len(u) == 1 && u != "%" {
			letter = append(letter, regexp.QuoteMeta(u))
		} else {
			short = append(short, regexp.QuoteMeta(u))
		}
	}
	// The longest first: RE2 takes the first alternative that matches.
	slices.SortFunc(short, func(a, b string) int { return len(b) - len(a) })
	end := `(?:/[A-Za-z]+)*(?:[^\pL\d_]|$)`
	return regexp.MustCompile(`(?:^|[^\pL\d._/-])(?:` +
		`([$€£][ \x{00A0}\x{202F}]?` + amount + scale + `?)` +
		`|(` + amount + scale + `?(?:[ \x{00A0}\x{202F}-]?(?:` + strings.Join(short, "|") + `)|[ \x{00A0}\x{202F}](?:` + strings.Join(letter, "|") + `)|[ \x{00A0}\x{202F}-]` + long + `))` + end +
		`|((?i:` + counted + `)[ \x{00A0}\x{202F}-]` + long + `)` + end +
		`|(` + amount + scale + `?[ \x{00A0}\x{202F}]\pL+(?:[ \x{00A0}\x{202F}](?:a|an|per|each)[ \x{00A0}\x{202F}]` + period + `|/(?:s|sec|min|h|d|` + period + `)))\b` +
		`)`)
}

// numbers finds what is bare in a statement.
func (k *Checker) numbers(p print) {
	k.tally.Numbers++
	for from := 0; from < len(p.plain); {
		m := k.bare.FindStringSubmatchIndex(p.plain[from:])
		if m == nil {
			return
		}
		group := 2
		for m[group] < 0 {
			group += 2
		}
		at := span{from + m[group], from + m[group+1]}
		from = at.end
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
	for _, m := range markdown.FindReferences([]byte(p.text)) {
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
