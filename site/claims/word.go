package claims

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// negation is how a clause says that something did not happen: within five words
// before it. What comes after "but" or a semicolon is another clause.
var negation = regexp.MustCompile(`(?i)\b(?:no|not|none|never|nobody|nothing|without|neither|nor|instead of|rather than|unlike|0|zero)\b(?:\W+\w+){0,5}\W*$`)

var clauseEnd = regexp.MustCompile(`(?i)[;:.|]|\b(?:but|while|whereas)\b`)

// denied finds words that the evidence beside them rules out.
func (k *Checker) denied(p print, e Evidence) {
	beside := p.evidence()
	if len(beside) == 0 || len(k.words) == 0 {
		return
	}
	k.tally.Words++
	for _, rule := range k.words {
		said := rule.pattern.FindAllStringIndex(p.unlessCode(), -1)
		said = slices.DeleteFunc(said, func(at []int) bool { return p.negated(at[0]) })
		if len(said) == 0 {
			continue
		}
		at := said[0]
		run := k.denier(rule, beside, e)
		if run == "" || k.covered(p, span{at[0], at[1]}) {
			continue
		}
		_, value, _ := e.Number("evidence:" + run + "#" + rule.Field)
		k.find(p.of.File, p.line(at[0]), "denied-word", "leave the word out, or link to a run in which it happened"+k.orAllow(),
			"%q stands beside evidence:%s, whose %s is %s", p.text[at[0]:at[1]], run, rule.Field, value)
	}
}

// denier is a run beside the word that rules it out, if none bears it out. A
// statement that links to the field itself shows what it is.
func (k *Checker) denier(rule wordRule, beside []string, e Evidence) (run string) {
	for _, dest := range beside {
		id, field, _ := strings.Cut(strings.TrimPrefix(dest, "evidence:"), "#")
		for _, r := range k.words {
			if r.Word != rule.Word {
				continue
			}
			if ok, _ := path.Match(r.Evidence, id); !ok {
				continue
			}
			value, _, err := e.Number("evidence:" + id + "#" + r.Field)
			switch {
			case err != nil:
			case field == r.Field || !r.denies(value):
				return ""
			case r.Field == rule.Field && r.Evidence == rule.Evidence:
				run = id
			}
		}
	}
	return run
}

// unlessCode is the text with what is code blanked: a flag names what can be
// done, and not what was.
func (p print) unlessCode() string {
	text := []byte(p.text)
	for i, piece := range p.Pieces {
		if piece.Code {
			copy(text[p.starts[i]:], strings.Repeat("\x00", len(piece.Text)))
		}
	}
	return string(text)
}

// negated says whether the clause before an offset says that something was not.
func (p print) negated(offset int) bool {
	before := p.text[:offset]
	if ends := clauseEnd.FindAllStringIndex(before, -1); len(ends) > 0 {
		before = before[ends[len(ends)-1][1]:]
	}
	return negation.MatchString(before)
}
