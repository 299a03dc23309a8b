package markdown

import (
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"

	"lockstep/site"
)

// section is a heading and what stands below it.
type section struct {
	heading *ast.Heading // nil above the first heading
	name    string       // in lower case
	body    []ast.Node
	parts   []*section // of deeper levels, directly below
}

type sections struct{ all []*section }

func (d *Document) readSections() (s sections) {
	d.sections(func(heading *ast.Heading, body []ast.Node) {
		part := &section{heading: heading, body: body}
		if heading != nil && heading != d.title {
			part.name = strings.ToLower(strings.Trim(d.text(heading), " :*"))
		} else {
			part.heading = nil
		}
		for i := len(s.all) - 1; i >= 0 && part.heading != nil; i-- {
			if s.all[i].heading != nil && s.all[i].heading.Level < heading.Level {
				s.all[i].parts = append(s.all[i].parts, part)
				break
			}
		}
		s.all = append(s.all, part)
	})
	return s
}

// find is the first section with one of the names.
func (s sections) find(names ...string) *section {
	for _, part := range s.all {
		if part.heading != nil && slices.Contains(names, part.name) {
			return part
		}
	}
	return nil
}

// preamble is what stands before the first section.
func (s sections) preamble() (nodes []ast.Node) {
	for _, part := range s.all {
		if part.heading != nil {
			break
		}
		nodes = append(nodes, part.body...)
	}
	return nodes
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

// items are the list items among nodes, as plain text.
func (d *Document) items(nodes []ast.Node) (items []string) {
	for _, n := range nodes {
		if n.Kind() != ast.KindList {
			continue
		}
		for item := n.FirstChild(); item != nil; item = item.NextSibling() {
			if text := d.text(item); text != "" {
				items = append(items, text)
			}
		}
	}
	return items
}

// paragraph is the first paragraph among nodes, as plain text, together with
// the list that it leads into: "…, because" and three reasons.
func (d *Document) paragraph(nodes []ast.Node) string {
	for i, n := range nodes {
		if n.Kind() != ast.KindParagraph {
			continue
		}
		text := d.text(n)
		open := strings.HasSuffix(text, ":") || strings.HasSuffix(text, "because")
		if open && i+1 < len(nodes) && nodes[i+1].Kind() == ast.KindList {
			for j, item := range d.items(nodes[i+1 : i+2]) {
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
