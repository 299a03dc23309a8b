package claims

import (
	"regexp"
	"slices"
	"strings"

	"lockstep/site/model"
)

const (
	amount  = `\d[\d,]*(?:\.\d+)?(?:[eE][+-]?\d+)?`
	scale   = `(?:[ \x{00A0}\x{202F}]?(?:k|M|bn|tn)\b|[ \x{00A0}\x{202F}](?:thousand|million|billion|trillion)\b)`
	counted = `(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|(?:a|one) hundred|(?:a|one) thousand|half an?)`
	long    = `(?:(?:milli|micro|nano)?seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|percent|(?:kilo|mega|giga|tera)?bytes?|(?:kilo|mega|giga)?bits?|[kMG]?Hz|[kMGT]bps|[QRT]PS|IOPS|dollars?|euros?|cents?|USD|EUR)`
	period  = `(?:second|minute|hour|day|week|month|year)`
)

// stems are in every unit that is a word.
var stems = []string{"sec", "min", "hour", "hr", "day", "week", "month", "year", "percent", "byte", "bit", "Hz", "bps", "PS", "dollar", "euro", "cent", "USD", "EUR"}

// patterns find a number with a unit: "30 ms", "$1.17 M", "7.5 %", "128-byte", "400
// messages a second"; and one in words: "thirty minutes". They are two, since most
// statements have no digit, which is quickly seen. A unit of one letter wants a space
// before it: "the 1990s" is a decade.
type patterns struct{ digits, words *regexp.Regexp }

func newPatterns(more, things []string) patterns {
	const (
		space = `[ \x{00A0}\x{202F}]`
		begin = `(?:^|[^\pL\d._/-])`
		end   = `(?:/[A-Za-z]+)*(?:[^\pL\d_]|$)`
	)
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
	unit := `(?:(?:` + space + `|-)?(?:` + strings.Join(short, "|") + `)|` + space + `(?:` + strings.Join(letter, "|") + `)|(?:` + space + `|-)` + long + `)`
	rate := space + `\pL+(?:` + space + `(?:a|an|per|each)` + space + period + `|/(?:s|sec|min|h|d|` + period + `))`
	count := `[^\s\S]` // matches nothing
	if len(things) > 0 {
		var quoted []string
		for _, thing := range things {
			quoted = append(quoted, regexp.QuoteMeta(thing))
		}
		// A word may stand between: "64 idle shards".
		count = space + `(?:[\p{Ll}-]+` + space + `)?(?:` + strings.Join(quoted, "|") + `)`
	}
	return patterns{
		digits: regexp.MustCompile(begin + `(?:([$€£]` + space + `?` + amount + scale + `?)` + end + `|(` + amount + scale + `?` + unit + `)` + end + `|(` + amount + scale + `?` + rate + `|` + amount + scale + `?` + count + `)\b)`),
		words:  regexp.MustCompile(begin + `((?i:` + counted + `)(?:` + space + `|-)` + long + `)` + end),
	}
}

// between are words after which a number counts no longer what follows: "2 are users".
var between = []string{"and", "are", "at", "by", "for", "in", "is", "of", "on", "or", "that", "to", "was", "were", "what", "which", "with"}

// find gives the numbers of a text, in order of their pattern.
func (p patterns) find(text string) (found []span) {
	search := func(pattern *regexp.Regexp) {
		for from := 0; from < len(text); {
			m := pattern.FindStringSubmatchIndex(text[from:])
			if m == nil {
				return
			}
			group := 2
			for m[group] < 0 {
				group += 2
			}
			at := span{from + m[group], from + m[group+1]}
			if words := strings.Fields(text[at.start:at.end]); len(words) != 3 || !slices.Contains(between, words[1]) {
				found = append(found, at)
			}
			from = at.end
		}
	}
	if strings.ContainsAny(text, "0123456789") {
		search(p.digits)
	}
	if slices.ContainsFunc(stems, func(stem string) bool { return strings.Contains(text, stem) }) {
		search(p.words)
	}
	return found
}
