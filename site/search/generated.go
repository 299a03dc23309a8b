package search

import (
	"strings"

	"golang.org/x/net/html"

	"lockstep/site"
)

// Generated are the sections of a page that has no source: of its body, or of
// what its layout prints.
func Generated(p *site.Page) []site.Section {
	if p.Kind == site.KindMilestones {
		return milestoneSections(p)
	}
	if p.Kind == site.KindBugs {
		return bugSections(p)
	}
	return markupSections(p.Body)
}

func bugSections(p *site.Page) []site.Section {
	sections := []site.Section{{Text: p.Summary}}
	for _, b := range p.Bugs {
		text := b.Words
		if b.Run != nil {
			text += " " + b.Run.Story + " " + b.Run.Promise
		}
		if b.Hunt != nil {
			text += " " + b.Hunt.Scenario + " " + b.Hunt.Promise
		}
		sections = append(sections, site.Section{ID: b.Name, Heading: b.Name, Text: text})
	}
	return sections
}

func milestoneSections(p *site.Page) (sections []site.Section) {
	sections = append(sections, site.Section{})
	for _, m := range p.Milestones {
		text := m.Aim
		for _, c := range m.Checks {
			text += " " + c.Question
		}
		sections = append(sections, site.Section{ID: m.ID, Heading: m.Title, Text: text})
	}
	return sections
}

// apart are elements whose text is not part of the sentence around them.
var apart = map[string]bool{
	"p": true, "li": true, "td": true, "th": true, "tr": true, "dt": true, "dd": true, "div": true, "summary": true, "figcaption": true, "pre": true, "br": true, "text": true,
}

// markupSections reads markup that this program has made. A section begins at each heading
// with an id.
func markupSections(body site.HTML) []site.Section {
	sections := []site.Section{{}}
	var text, heading strings.Builder
	end := func() {
		sections[len(sections)-1].Text = strings.Join(strings.Fields(text.String()), " ")
		text.Reset()
	}
	in := &text
	silent := 0 // within what is not read
	z := html.NewTokenizer(strings.NewReader(string(body)))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			end()
			return sections
		}
		token := z.Token()
		switch kind {
		case html.TextToken:
			if silent == 0 {
				in.WriteString(token.Data)
			}
		case html.StartTagToken:
			switch {
			case token.Data == "script" || token.Data == "style" || token.Data == "template" || token.Data == "select":
				silent++
			case isHeadingTag(token.Data) && attribute(token, "id") != "":
				end()
				sections = append(sections, site.Section{ID: attribute(token, "id")})
				in = &heading
			case apart[token.Data]:
				in.WriteByte(' ')
			}
		case html.EndTagToken:
			switch {
			case token.Data == "script" || token.Data == "style" || token.Data == "template" || token.Data == "select":
				silent = max(0, silent-1)
			case isHeadingTag(token.Data) && in == &heading:
				sections[len(sections)-1].Heading = strings.Join(strings.Fields(heading.String()), " ")
				heading.Reset()
				in = &text
			case apart[token.Data]:
				in.WriteByte(' ')
			}
		}
	}
}

func isHeadingTag(name string) bool {
	return len(name) == 2 && name[0] == 'h' && name[1] >= '2' && name[1] <= '6'
}

func attribute(token html.Token, key string) string {
	for _, a := range token.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
