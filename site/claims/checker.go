package claims

import (
	"fmt"
	"regexp"
	"strings"

	"lockstep/site"
	"lockstep/site/markdown"
)

// Evidence looks a value up by its destination, as in
// "evidence:torture#failures.pause".
type Evidence interface {
	Number(dest string) (value float64, text string, err error)
}

// Text is one file.
type Text struct {
	File       string
	Statements []markdown.Statement
	Quotes     bool // it is a list of sources: its numbers are those of others
	// Place is the file in which a line stands, if the text takes parts from others;
	// nil if it does not.
	Place func(line int) (file string, lineThere int)
	// Number is the destination of the value that a link states, or "".
	Number func(dest string) string
	// Source says whether a link leads to somebody else's word, and what of it the
	// page of sources keeps: "" for an address on the web.
	Source func(dest string) (entry string, ok bool)
	// Defined is the text that defines an identifier, such as the row of SLO-5, as
	// seen from a line. It is "" for what is defined nowhere, or on that line.
	Defined func(id string, line int) string
	// Status is that of an entry or a decision, or "". It may be nil.
	Status func(id string) string
}

// Tally counts what was looked at.
type Tally struct {
	Numbers int // statements in which no number with a unit may stand bare
	Allowed int // numbers, words and phrases that an allowance covers
	Held    int // numbers that repeat a constant of the code
	Words   int // statements beside evidence, whose words were looked at
	Waiting int // statements that put nothing off without naming an entry
}

// Checker judges texts, one after the other.
type Checker struct {
	config     Config
	bare       patterns
	waiting    *regexp.Regexp // nil without phrases
	words      []wordRule
	allowances []*allowance
	code       func(reference string) (Constant, error)
	tally      Tally
	findings   []site.Finding
}

// New makes a checker. Problems say what of the configuration is not understood;
// the rest works. Allowed is the file that the configuration names, or nil.
func New(c Config, allowed []byte) (checker *Checker, problems []error) {
	k := &Checker{config: c, bare: newPatterns(c.Numbers.Units, c.Numbers.Things)}
	for _, r := range c.Words {
		w, err := r.compile()
		if err != nil {
			problems = append(problems, err)
			continue
		}
		k.words = append(k.words, w)
	}
	if len(c.Waiting.Phrases) > 0 {
		var quoted []string
		for _, p := range c.Waiting.Phrases {
			quoted = append(quoted, strings.Join(strings.Fields(regexp.QuoteMeta(p)), `\s+`))
		}
		k.waiting = regexp.MustCompile(`(?i)\b(?:` + strings.Join(quoted, "|") + `)\b`)
	}
	if c.Allow != "" {
		k.allowances = k.readAllowances(c.Allow, allowed)
	}
	return k, problems
}

// Judge looks at one text.
func (k *Checker) Judge(t Text, e Evidence) {
	numbers, waiting := within(t.File, k.config.Numbers.In) && !t.Quotes, k.waiting != nil && within(t.File, k.config.Waiting.In)
	for _, s := range t.Statements {
		p := printOf(t, s)
		p.allowed = k.allowed(p.file, p.text)
		if numbers {
			k.numbers(p)
			k.ratios(p)
			k.statuses(p)
		}
		if waiting {
			k.waits(p)
		}
		k.denied(p, e)
	}
	k.quantiles(t, e)
}

// Finish gives what was found in all texts, and what was counted. Allowances that
// nothing needed are found only now.
func (k *Checker) Finish() ([]site.Finding, Tally) {
	k.constants()
	for _, a := range k.allowances {
		if !a.used {
			k.find(k.config.Allow, a.line, "unused-allowance", "remove the entry, or correct its file and text", "nothing in %s needs the allowance for %q", a.File, a.Text)
		}
	}
	return k.findings, k.tally
}

func (k *Checker) find(file string, line int, rule, mend, format string, args ...any) {
	k.findings = append(k.findings, site.Finding{File: file, Line: line, Rule: rule, Message: fmt.Sprintf(format, args...), Mend: mend})
}

// print is a statement laid out for searching: the whole text, and the same with
// everything blanked that is code or a link, at the same places.
type print struct {
	markdown.Statement
	of      Text
	file    string // in which it stands
	text    string
	plain   string
	starts  []int // of the pieces
	allowed []span
}

func printOf(t Text, s markdown.Statement) print {
	p := print{Statement: s, of: t, file: t.File}
	if t.Place != nil {
		p.file, _ = t.Place(s.Line)
	}
	var text, plain strings.Builder
	for i, piece := range s.Pieces {
		if i > 0 && piece.Cell != s.Pieces[i-1].Cell {
			text.WriteString(" | ")
			plain.WriteString(" | ")
		}
		p.starts = append(p.starts, text.Len())
		text.WriteString(piece.Text)
		if piece.Code || piece.Dest != "" {
			plain.WriteString(strings.Repeat("\x00", len(piece.Text)))
		} else {
			plain.WriteString(piece.Text)
		}
	}
	p.text, p.plain = text.String(), plain.String()
	return p
}

// at is the piece at an offset of the text.
func (p print) at(offset int) (i int) {
	for i+1 < len(p.starts) && p.starts[i+1] <= offset {
		i++
	}
	return i
}

func (p print) line(offset int) int { return p.Pieces[p.at(offset)].Line }

// lineThere is the line of an offset in the file in which the statement stands.
func (p print) lineThere(offset int) int {
	line := p.line(offset)
	if p.of.Place != nil {
		_, line = p.of.Place(line)
	}
	return line
}

// evidence are the recorded values that a statement links to.
func (p print) evidence() (dests []string) {
	for _, piece := range p.Pieces {
		if dest := p.of.Number(piece.Dest); strings.HasPrefix(dest, "evidence:") {
			dests = append(dests, dest)
		}
	}
	return dests
}
