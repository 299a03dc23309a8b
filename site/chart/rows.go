package chart

import (
	"fmt"
	"html"
	"slices"
	"strings"
)

// row is a label, which wraps, and beside it spans with their figures.
type row struct {
	label string // in **stars** it is what the chart is about
	spans []span
}

// span is a stretch of room as wide as the page allows, with marks at shares of it.
type span struct {
	marks         []mark
	before, after string // HTML
	ref           string
	name          string // of the series, for those who do not see its colour
}

// mark goes from a share of the room for so much of it.
type mark struct {
	class      string
	from, long float64
}

// rule is a line through all rows, at a share of the room.
type rule struct {
	at    float64
	label string // HTML
}

const barHeight = 14

// rows writes rows and the line through them, if there is one.
func (s *sheet) rows(class string, all []row, through *rule) {
	if !slices.ContainsFunc(all, func(r row) bool { return len(r.spans) != 1 || r.spans[0].before != "" }) {
		class += " single"
	}
	fmt.Fprintf(s, `<ul class="rows %s" role="list" aria-label="%s">`, class, s.label())
	for _, r := range all {
		label, strong := strings.CutPrefix(strings.TrimSuffix(r.label, "**"), "**")
		li := ""
		if strong {
			li = " strong"
		}
		fmt.Fprintf(s, `<li class="of-%d%s"><span class="row-label">%s</span>`, len(r.spans), li, html.EscapeString(label))
		for _, sp := range r.spans {
			if sp.before != "" {
				fmt.Fprintf(s, `<span class="row-value before">%s</span>`, sp.before)
			}
			fmt.Fprintf(s, `<svg aria-hidden="true" width="100%%" height="%d">`, barHeight)
			for _, m := range sp.marks {
				fmt.Fprintf(s, `<rect class="%s" x="%s" width="%s" height="%d" rx="2"></rect>`, m.class, percent(m.from), percent(max(m.long, 0.004)), barHeight)
			}
			if through != nil {
				fmt.Fprintf(s, `<line class="rule" x1="%s" x2="%[1]s" y1="-9" y2="%[2]d"></line>`, percent(through.at), barHeight+9)
			}
			s.WriteString(`</svg><span class="row-value">`)
			if sp.name != "" {
				fmt.Fprintf(s, `<span class="visually-hidden">%s: </span>`, html.EscapeString(sp.name))
			}
			s.WriteString(sp.after + `</span>`)
		}
		s.WriteString("</li>")
	}
	if through != nil {
		fmt.Fprintf(s, `<li class="row-rule"><svg width="100%%" height="22"><line class="rule" x1="%s" x2="%[1]s" y1="-9" y2="4"></line><text x="%[1]s" y="18" text-anchor="%[2]s">%[3]s</text></svg></li>`,
			percent(through.at), anchor(through.at), html.EscapeString(through.label))
	}
	s.WriteString("</ul>")
}

// common is what all figures are for, "/month" in "$5 k/month", or "". It stands once
// beside them, and not behind each.
func common(texts []string) string {
	for i, text := range texts {
		at := strings.Index(text, "/")
		if at < 0 || text[at:] != texts[0][strings.Index(texts[0], "/"):] {
			return ""
		}
		if i == len(texts)-1 {
			return text[at:]
		}
	}
	return ""
}

// key says which colour is which.
func (s *sheet) key(names []string) {
	s.WriteString(`<p class="chart-key" aria-hidden="true">`)
	for i, name := range names {
		fmt.Fprintf(s, `<span><svg width="16" height="12"><rect class="series-%d" width="16" height="12" rx="2"></rect></svg> %s</span> `, i%8, html.EscapeString(name))
	}
	s.WriteString("</p>")
}

// anchor keeps a text at a share of the room within the room.
func anchor(at float64) string {
	switch {
	case at < 0.35:
		return "start"
	case at > 0.65:
		return "end"
	}
	return "middle"
}

// percent is a share of the room, with one digit after the point.
func percent(share float64) string { return number(100*share) + "%" }

// head says above a chart what its lengths are.
func (s *sheet) head(text string) {
	if text != "" {
		fmt.Fprintf(s, `<p class="chart-head">%s</p>`, html.EscapeString(text))
	}
}
