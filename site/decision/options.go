package decision

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"lockstep/site"
)

// weighOptions reads the considered options: a list, sections of their own, or
// both, where the sections say what speaks for and against each.
func weighOptions(dec *site.Decision, s sections) {
	if options := s.find("considered options", "options", "options considered", "alternatives considered", "considered alternatives"); options != nil {
		for _, title := range items(options.Blocks) {
			dec.Options = append(dec.Options, site.Option{Title: title})
		}
		for _, part := range options.parts {
			weigh(dec, part)
		}
	}
	if pros := s.find("pros and cons of the options", "pros and cons"); pros != nil {
		for _, part := range pros.parts {
			weigh(dec, part)
		}
	}
	if i := findOption(dec.Options, dec.Chosen); i >= 0 {
		dec.Options[i].Chosen = true
	}
}

// weigh adds what speaks for and against an option.
func weigh(dec *site.Decision, part *Section) {
	i := findOption(dec.Options, part.Title)
	if i < 0 {
		dec.Options = append(dec.Options, site.Option{Title: part.Title})
		i = len(dec.Options) - 1
	}
	option := &dec.Options[i]
	option.Anchor = part.Anchor
	var said site.Decision
	consequences(&said, part, "")
	for _, below := range part.parts {
		consequences(&said, below, effects[below.name])
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
