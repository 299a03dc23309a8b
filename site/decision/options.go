package decision

import (
	"slices"
	"strings"
	"unicode"

	"lockstep/site"
)

// weighOptions reads the considered options: a list, sections of their own, or both,
// where the sections say what speaks for and against each.
func (s sections) weighOptions(dec *site.Decision) {
	if options := s.find("options"); options != nil {
		for _, title := range items(options.Blocks) {
			dec.Options = append(dec.Options, site.Option{Title: title})
		}
		for _, section := range options.parts {
			s.weigh(dec, section)
		}
	}
	if weighing := s.find("weighing"); weighing != nil {
		for _, section := range weighing.parts {
			s.weigh(dec, section)
		}
	}
	if i := findOption(dec.Options, dec.Chosen); i >= 0 {
		dec.Options[i].Chosen = true
	}
}

// weigh adds what speaks for and against an option.
func (s sections) weigh(dec *site.Decision, section *Section) {
	i := findOption(dec.Options, section.Title)
	if i < 0 {
		dec.Options = append(dec.Options, site.Option{Title: section.Title})
		i = len(dec.Options) - 1
	}
	option := &dec.Options[i]
	option.Anchor = section.Anchor
	var said site.Decision
	s.consequences(&said, section, "")
	for _, below := range section.parts {
		s.consequences(&said, below, effects[below.part])
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

// chosenOption is the option that an outcome names: "Chosen option: X, because …".
func (w *Words) chosenOption(outcome string) string {
	m := w.chosen.FindStringSubmatch(outcome)
	if m == nil {
		return ""
	}
	return strings.Trim(m[1], `"“”„'‘’«»「」『』*,.、，。[] `)
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
