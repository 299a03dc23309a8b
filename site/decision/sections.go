package decision

import (
	"slices"
	"strings"

	"lockstep/site"
)

// sections are the sections of a record, each with those below it.
type sections struct {
	all   []*Section
	words *Words
}

func joined(all []*Section, words *Words) sections {
	s := sections{words: words}
	for _, part := range all {
		part.part = words.part(part.Title)
		part.parts = nil
		for i := len(s.all) - 1; i >= 0 && part.Level > 0; i-- {
			if above := s.all[i]; above.Level > 0 && above.Level < part.Level {
				above.parts = append(above.parts, part)
				break
			}
		}
		s.all = append(s.all, part)
	}
	return s
}

// find is the first section that stands for one of the parts.
func (s sections) find(parts ...string) *Section {
	for _, section := range s.all {
		if section.Level > 0 && section.part != "" && slices.Contains(parts, section.part) {
			return section
		}
	}
	return nil
}

// preamble is what stands before the first section.
func (s sections) preamble() (blocks []Block) {
	for _, part := range s.all {
		if part.Level > 0 {
			break
		}
		blocks = append(blocks, part.Blocks...)
	}
	return blocks
}

// isMADR says whether a record has headings that only MADR has.
func (s sections) isMADR() bool { return s.find("outcome", "problem", "drivers", "options") != nil }

func (s sections) format() site.Format {
	switch {
	case s.isMADR():
		return site.FormatMADR
	case s.find("decision", "status") != nil:
		return site.FormatNygard
	}
	return site.FormatMADR
}

// lines are the lines of blocks in which fields may stand.
func lines(blocks []Block) (all []Line) {
	for _, b := range blocks {
		all = append(all, b.Lines...)
	}
	return all
}

// items are the list items among blocks.
func items(blocks []Block) (all []string) {
	for _, b := range blocks {
		all = append(all, b.Items...)
	}
	return all
}

// paragraph is the first paragraph among blocks, together with the list that it
// leads into: "…, because" and three reasons.
func (s sections) paragraph(blocks []Block) string {
	for i, b := range blocks {
		if b.Kind != Paragraph {
			continue
		}
		text := b.Text
		if s.words.leadsOn(text) && i+1 < len(blocks) && blocks[i+1].Kind == List {
			for j, item := range blocks[i+1].Items {
				if j > 0 {
					text += ";"
				}
				text += " " + strings.TrimRight(item, ".;,")
			}
		}
		return text
	}
	return ""
}
