package decision

import (
	"strings"

	"lockstep/site"
)

// arguments reads drivers, outcome, consequences and confirmation.
func (s sections) arguments(dec *site.Decision) {
	if drivers := s.find("drivers"); drivers != nil {
		dec.Drivers = items(drivers.Blocks)
	}
	if outcome := s.find("outcome", "decision"); outcome != nil {
		dec.Outcome = s.paragraph(outcome.Blocks)
		dec.Chosen = s.words.chosenOption(dec.Outcome)
	}
	for _, section := range s.all {
		switch section.part {
		case "gains", "costs":
			s.consequences(dec, section, effects[section.part])
		case "consequences":
			s.consequences(dec, section, "")
			for _, below := range section.parts {
				if below.part != "gains" && below.part != "costs" {
					s.consequences(dec, below, effects[below.part])
				}
			}
		}
	}
	if confirmation := s.find("confirmation"); confirmation != nil {
		dec.Validation = s.paragraph(confirmation.Blocks)
	}
}

// consequences takes list items and paragraphs. A paragraph that is only a label,
// "Positive:", says what follows it.
func (s sections) consequences(dec *site.Decision, section *Section, effect string) {
	for _, b := range section.Blocks {
		texts := b.Items
		if b.Kind == Paragraph {
			if label := effects[s.words.headings[normal(b.Text)]]; label != "" {
				effect = label
				continue
			}
			if !strings.HasSuffix(b.Text, ":") && !strings.HasSuffix(b.Text, "：") {
				texts = []string{b.Text}
			}
		}
		for _, text := range texts {
			c := site.Consequence{Effect: effect, Text: text}
			if said, reason := s.words.effect(text); said != "" {
				c = site.Consequence{Effect: said, Text: reason}
			}
			dec.Consequences = append(dec.Consequences, c)
		}
	}
}
