package claims

import (
	"regexp"
	"slices"
	"strings"
)

// ratio is a comparison by a factor: "three times quicker", "twice as many", "tenfold",
// "5× the mean", "an order of magnitude".
var ratio = regexp.MustCompile(`(?i)(?:^|[^\pL\d.,-])((?:one and a half|` + counted + `|` + amount + `) times (?:as|more|less|fewer|better|worse|the|\pL+er)\b` +
	`|(?:twice|thrice|half) as \pL+` +
	`|` + amount + `[ \x{00A0}\x{202F}]?[×x](?:[^\pL\d]|$)` +
	`|(?:` + counted + `|` + amount + `|ten)[- ]?fold\b` +
	`|(?:an|one|two|three|several) orders? of magnitude\b)`)

// ratioStems are in every comparison, and in few other statements.
var ratioStems = []string{"times", "wice", "hrice", "alf ", "×", "x", "fold", "magnitude"}

// ratios finds comparisons without a ground. They have one if they are links, or stand
// beside the two values that they compare.
func (k *Checker) ratios(p print) {
	if !slices.ContainsFunc(ratioStems, func(stem string) bool { return strings.Contains(p.plain, stem) }) || p.values() > 1 {
		return
	}
	for _, m := range ratio.FindAllStringSubmatchIndex(p.plain, -1) {
		at := span{m[2], m[3]}
		if k.covered(p, at) || p.quoted(at) || p.defined(at) {
			continue
		}
		k.find(p.of.File, p.line(at.start), "bare-ratio", "link both values that it compares in the same sentence, or the factor itself"+k.orAllow(),
			"the comparison %q has no ground", strings.TrimSpace(p.text[at.start:at.end]))
	}
}

// values counts the links of a statement that state a value of the model or of a run.
func (p print) values() (n int) {
	for _, piece := range p.Pieces {
		if p.of.Number(piece.Dest) != "" {
			n++
		}
	}
	return n
}
