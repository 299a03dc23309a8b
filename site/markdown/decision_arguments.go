package markdown

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"

	"lockstep/site"
)

// arguments reads drivers, outcome, consequences and confirmation.
func (d *Document) arguments(dec *site.Decision, s sections) {
	if drivers := s.find("decision drivers", "drivers", "forces"); drivers != nil {
		dec.Drivers = d.items(drivers.body)
	}
	if outcome := s.find("decision outcome", "decision", "outcome"); outcome != nil {
		dec.Outcome = d.paragraph(outcome.body)
		dec.Chosen = chosenOption(dec.Outcome)
	}
	for _, part := range s.all {
		switch name := part.name; {
		case strings.HasPrefix(name, "positive consequences"):
			d.consequences(dec, part, "good")
		case strings.HasPrefix(name, "negative consequences"):
			d.consequences(dec, part, "bad")
		case name == "consequences":
			d.consequences(dec, part, "")
			for _, below := range part.parts {
				d.consequences(dec, below, effects[below.name])
			}
		}
	}
	if confirmation := s.find("confirmation", "validation", "compliance"); confirmation != nil {
		dec.Validation = d.paragraph(confirmation.body)
	}
}

// effects are headings and labels that say what the list below them is.
var effects = map[string]string{
	"positive": "good", "pros": "good", "pro": "good", "advantages": "good", "benefits": "good", "good": "good",
	"negative": "bad", "cons": "bad", "con": "bad", "contra": "bad", "disadvantages": "bad", "drawbacks": "bad", "bad": "bad",
	"neutral": "neutral",
}

// consequences takes list items and paragraphs. A paragraph that is only a
// label, "Positive:", says what follows it.
func (d *Document) consequences(dec *site.Decision, part *section, effect string) {
	for _, n := range part.body {
		var texts []string
		switch n.Kind() {
		case ast.KindList:
			texts = d.items([]ast.Node{n})
		case ast.KindParagraph:
			text := d.text(n)
			if label := strings.ToLower(strings.Trim(text, " :*")); effects[label] != "" {
				effect = effects[label]
				continue
			}
			if !strings.HasSuffix(text, ":") {
				texts = append(texts, text)
			}
		}
		for _, text := range texts {
			dec.Consequences = append(dec.Consequences, consequence(text, effect))
		}
	}
}

var becausePattern = regexp.MustCompile(`(?i)^(good|bad|neutral)\s*,?\s*because\s*|^(pros?|cons?|positive|negative|neutral)\s*:\s*`)

func consequence(item, effect string) site.Consequence {
	if m := becausePattern.FindStringSubmatch(item); m != nil {
		return site.Consequence{Effect: effects[strings.ToLower(m[1]+m[2])], Text: item[len(m[0]):]}
	}
	return site.Consequence{Effect: effect, Text: item}
}

// weighOptions reads the considered options: a list, sections of their own, or
// both, where the sections say what speaks for and against each.
func (d *Document) weighOptions(dec *site.Decision, s sections) {
	if options := s.find("considered options", "options", "options considered", "alternatives considered", "considered alternatives"); options != nil {
		for _, title := range d.items(options.body) {
			dec.Options = append(dec.Options, site.Option{Title: title})
		}
		for _, part := range options.parts {
			d.weigh(dec, part)
		}
	}
	if pros := s.find("pros and cons of the options", "pros and cons"); pros != nil {
		for _, part := range pros.parts {
			d.weigh(dec, part)
		}
	}
	if i := findOption(dec.Options, dec.Chosen); i >= 0 {
		dec.Options[i].Chosen = true
	}
}

// weigh adds what speaks for and against an option.
func (d *Document) weigh(dec *site.Decision, part *section) {
	title := d.text(part.heading)
	i := findOption(dec.Options, title)
	if i < 0 {
		dec.Options = append(dec.Options, site.Option{Title: title})
		i = len(dec.Options) - 1
	}
	option := &dec.Options[i]
	if id, ok := part.heading.AttributeString("id"); ok {
		option.Anchor = string(id.([]byte))
	}
	var said site.Decision
	d.consequences(&said, part, "")
	for _, below := range part.parts {
		d.consequences(&said, below, effects[below.name])
	}
	for _, c := range said.Consequences {
		switch c.Effect {
		case "good":
			option.Pros = append(option.Pros, c.Text)
		case "bad":
			option.Cons = append(option.Cons, c.Text)
		}
	}
}

var chosenPattern = regexp.MustCompile(`(?i)chosen option:?\s*["“”'‘’«»*\[]*(.+?)["“”'‘’«»*\]]*\s*,?\s*(?:\bbecause\b|\bsince\b|$)`)

func chosenOption(outcome string) string {
	if m := chosenPattern.FindStringSubmatch(outcome); m != nil {
		return strings.Trim(m[1], `"“”'‘’«»*,.[] `)
	}
	return ""
}

// findOption finds an option by its title. A heading is often shorter or longer
// than the list item that it repeats, so one title may be the beginning of the
// other, unless several are.
func findOption(options []site.Option, title string) int {
	wanted := letters(title)
	if len(wanted) == 0 {
		return -1
	}
	found := -1
	for i, o := range options {
		words := letters(o.Title)
		if slices.Equal(words, wanted) {
			return i
		}
		n := min(len(words), len(wanted))
		if n > 0 && slices.Equal(words[:n], wanted[:n]) {
			if found >= 0 {
				found = len(options) // several
			} else {
				found = i
			}
		}
	}
	if found == len(options) {
		return -1
	}
	return found
}

// letters are the words of a title without case and punctuation.
func letters(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}
