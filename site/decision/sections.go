package decision

import (
	"slices"
	"strings"

	"lockstep/site"
)

// sections are the sections of a record, each with those below it.
type sections struct{ all []*Section }

func joined(all []*Section) (s sections) {
	for _, part := range all {
		part.name = strings.ToLower(strings.Trim(part.Title, " :*"))
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

// find is the first section with one of the names.
func (s sections) find(names ...string) *Section {
	for _, part := range s.all {
		if part.Level > 0 && slices.Contains(names, part.name) {
			return part
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

func (s sections) format() site.Format {
	if s.find("decision outcome", "considered options", "context and problem statement", "decision drivers") != nil {
		return site.FormatMADR
	}
	if s.find("decision", "status") != nil {
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
func paragraph(blocks []Block) string {
	for i, b := range blocks {
		if b.Kind != Paragraph {
			continue
		}
		text := b.Text
		open := strings.HasSuffix(text, ":") || strings.HasSuffix(text, "because")
		if open && i+1 < len(blocks) && blocks[i+1].Kind == List {
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
