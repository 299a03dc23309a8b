package decision

import (
	"regexp"
	"strings"

	"lockstep/site"
)

// arguments reads drivers, outcome, consequences and confirmation.
func arguments(dec *site.Decision, s sections) {
	if drivers := s.find("decision drivers", "drivers", "forces"); drivers != nil {
		dec.Drivers = items(drivers.Blocks)
	}
	if outcome := s.find("decision outcome", "decision", "outcome"); outcome != nil {
		dec.Outcome = paragraph(outcome.Blocks)
		dec.Chosen = chosenOption(dec.Outcome)
	}
	for _, part := range s.all {
		switch name := part.name; {
		case strings.HasPrefix(name, "positive consequences"):
			consequences(dec, part, "good")
		case strings.HasPrefix(name, "negative consequences"):
			consequences(dec, part, "bad")
		case name == "consequences":
			consequences(dec, part, "")
			for _, below := range part.parts {
				consequences(dec, below, effects[below.name])
			}
		}
	}
	if confirmation := s.find("confirmation", "validation", "compliance"); confirmation != nil {
		dec.Validation = paragraph(confirmation.Blocks)
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
func consequences(dec *site.Decision, part *Section, effect string) {
	for _, b := range part.Blocks {
		texts := b.Items
		if b.Kind == Paragraph {
			if label := strings.ToLower(strings.Trim(b.Text, " :*")); effects[label] != "" {
				effect = effects[label]
				continue
			}
			if !strings.HasSuffix(b.Text, ":") {
				texts = []string{b.Text}
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
