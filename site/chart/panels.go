package chart

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"

	written "lockstep/site/model/sheet"
)

// Board is a dashboard with what it showed over a while, as evidence has it.
type Board struct {
	Length float64 `json:"length_s"`
	Step   float64 `json:"step_s"`
	// Causes are what was brought about, in seconds since the first point.
	Causes []struct {
		Name string  `json:"name"`
		From float64 `json:"from_s"`
		To   float64 `json:"to_s"`
	} `json:"causes"`
	Panels []Panel `json:"panels"`
}

// Panel is one panel, in Grafana's words: a stat shows its last value, large, and all
// else lines. One that begins at column 0 begins a row.
type Panel struct {
	Title   string `json:"title"`
	Type    string `json:"type"`
	Unit    string `json:"unit"`
	Column  int    `json:"column"`
	LeftOut int    `json:"left_out"` // series of lower values that were not kept
	Series  []struct {
		Name   string `json:"name"`
		Values string `json:"values"` // a number a step, and "-" where there is none
	} `json:"series"`
}

// panelUnits are Grafana's names of units, each with what stands behind values from a
// size on.
var panelUnits = map[string][]written.Unit{
	"short":       {{Factor: 1}},
	"percentunit": {{Text: "%", Factor: 0.01}},
	"reqps":       {{Text: "1/s", Factor: 1}},
	"s":           {{Text: "µs", Factor: 1e-6}, {Text: "ms", Factor: 1e-3}, {Text: "s", Factor: 1}},
	"bytes":       {{Text: "B", Factor: 1}, {Text: "MB", Factor: 1e6}, {Text: "GB", Factor: 1e9}},
}

// The heights of a panel's parts: the numbers of causes, the lines, the marks of time.
const (
	causesHeight = 15
	linesHeight  = 84
	tileHeight   = 30
	timeHeight   = 18
	upward       = 200 // whole numbers, into which the height of lines is cut
)

// panels draws a dashboard as it was recorded, with one axis of time for all panels, and
// behind each what was wrong:
//
//	panels evidence:dashboard
//
// What evidence of that form has is in [Board].
func panels(s *sheet) error {
	if len(s.lines) > 0 {
		return fmt.Errorf("a dashboard has no lines of figures: write panels evidence:file alone")
	}
	b, err := s.figures.Board(s.axis)
	if err != nil {
		return err
	}
	if !(b.Step > 0) || !(b.Length >= b.Step) || len(b.Panels) == 0 {
		return fmt.Errorf("%s has %d panels over %g s in steps of %g s: there is nothing to draw", s.axis, len(b.Panels), b.Length, b.Step)
	}
	ref := s.axis + "#length_s"
	_, length, err := s.figures.Number(ref)
	if err != nil {
		return err
	}
	fmt.Fprintf(s, `<p class="chart-head">Each panel has the same %s, marked in minutes, and reaches from nothing, or from what is below it, to its highest value. What was wrong meanwhile is shaded, by number:</p>`, s.figure(ref, length))
	s.WriteString(`<ul class="causes" role="list">`)
	for i, c := range b.Causes {
		fmt.Fprintf(s, `<li><b>%d</b> <span>%s, <i>%.0f to %.0f s</i></span></li>`, i+1, html.EscapeString(c.Name), c.From, c.To)
	}
	s.WriteString(`</ul>`)
	fmt.Fprintf(s, `<ul class="panels" role="list" aria-label="%s">`, s.label())
	var rows strings.Builder
	for _, p := range b.Panels {
		lines, err := p.read(int(math.Round(b.Length/b.Step)) + 1)
		if err != nil {
			return fmt.Errorf("%s: panel %q: %w", s.axis, p.Title, err)
		}
		s.panel(b, p, lines)
		fmt.Fprintf(&rows, `<tbody><tr><th scope="rowgroup" colspan="4">%s</th></tr>`, html.EscapeString(p.Title))
		for _, l := range lines {
			fmt.Fprintf(&rows, `<tr><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>`, html.EscapeString(l.name), p.text(l.least), p.text(l.most), p.text(l.last()))
		}
		rows.WriteString("</tbody>")
	}
	s.WriteString(`</ul>`)
	s.table = fmt.Sprintf(`<table><thead><tr><th scope="col">series</th><th scope="col">least</th><th scope="col">most</th><th scope="col">last</th></tr></thead>%s</table>`, rows.String())
	return nil
}

// course is a series with a value for each point, NaN where there is none.
type course struct {
	name, class string
	values      []float64
	least, most float64
}

// wider is a range that holds another one too; either may be none yet.
func wider(least, most, low, high float64) (float64, float64) {
	if low < least || math.IsNaN(least) {
		least = low
	}
	if high > most || math.IsNaN(most) {
		most = high
	}
	return least, most
}

func (c course) last() float64 { return c.values[len(c.values)-1] }

// read reads the series of a panel, which has so many points.
func (p Panel) read(points int) (all []course, err error) {
	if panelUnits[p.Unit] == nil {
		return nil, fmt.Errorf("its unit %q has no name here", p.Unit)
	}
	for i, series := range p.Series {
		c := course{name: series.Name, class: fmt.Sprintf("curve curve-%d", i%8), least: math.NaN(), most: math.NaN()}
		if c.name == "bound" { // none of the series
			c.class = "curve bound"
		}
		for word := range strings.FieldsSeq(series.Values) {
			v := math.NaN()
			if word != "-" {
				if v, err = strconv.ParseFloat(word, 64); err != nil || math.IsInf(v, 0) {
					return nil, fmt.Errorf("%s has %q, which is no number: write - for none", c.name, word)
				}
				c.least, c.most = wider(c.least, c.most, v, v)
			}
			c.values = append(c.values, v)
		}
		if len(c.values) != points {
			return nil, fmt.Errorf("%s has %d values for %d points", c.name, len(c.values), points)
		}
		all = append(all, c)
	}
	return all, nil
}

// text is a value as prose has it.
func (p Panel) text(v float64) string {
	if math.IsNaN(v) {
		return "–"
	}
	units := panelUnits[p.Unit]
	u := units[0]
	for _, larger := range units {
		if math.Abs(v) >= larger.Factor {
			u = larger
		}
	}
	u.Digits = 3
	if v == 0 {
		u = units[len(units)-1]
	}
	_, text := u.Write(v)
	return text
}

func (s *sheet) panel(b Board, p Panel, lines []course) {
	least, most := math.NaN(), math.NaN()
	for _, l := range lines {
		least, most = wider(least, most, l.least, l.most)
	}
	class, top, height, below := "panel", causesHeight, linesHeight, timeHeight
	tile := p.Type == "stat"
	if tile {
		class, top, height, below = "panel tile", 0, tileHeight, 1
	}
	if p.Column == 0 {
		class += " first"
	}
	fmt.Fprintf(s, `<li class="%s"><p class="panel-title">%s</p>`, class, html.EscapeString(p.Title))
	if tile {
		text := "–"
		if len(lines) > 0 {
			text = p.text(lines[0].last())
		}
		fmt.Fprintf(s, `<p class="panel-last">%s</p>`, text)
	} else {
		text := p.text(least) + " to " + p.text(most)
		switch {
		case !(least < most):
			text = p.text(most)
		case least == 0:
			text = "0 to " + p.text(most)
		}
		fmt.Fprintf(s, `<p class="panel-range">%s</p>`, text)
	}
	fmt.Fprintf(s, `<svg aria-hidden="true" width="100%%" height="%d">`, top+height+below)
	for i, c := range b.Causes {
		if at := (c.From + c.To) / 2 / b.Length; !tile {
			fmt.Fprintf(s, `<text x="%s" y="10" text-anchor="%s">%d</text>`, percent(at), edge(at), i+1)
		}
	}
	// What is stretched to the room that there is; its lines keep their width.
	fmt.Fprintf(s, `<svg class="stretched" y="%d" width="100%%" height="%d" viewBox="0 0 %s %d" preserveAspectRatio="none"><path class="cause" d="`, top, height, number(b.Length/b.Step), upward)
	for _, c := range b.Causes {
		fmt.Fprintf(s, "M%s 0H%sV%dH%[1]sz", number(c.From/b.Step), number(c.To/b.Step), upward)
	}
	s.WriteString(`"></path>`)
	from, to := min(0, least), max(0, most)
	for _, l := range lines {
		fmt.Fprintf(s, `<path class="%s" d="%s"></path>`, l.class, way(l.values, from, to))
	}
	fmt.Fprintf(s, `</svg><line class="tick" x1="0" x2="100%%" y1="%[1]d" y2="%[1]d"></line>`, top+height)
	every := 60 * max(1, round(b.Length/300))
	for m := 0.0; m <= b.Length && !tile; m += every {
		at, text := m/b.Length, number(m/60)
		if m+every > b.Length {
			text += " min"
		}
		fmt.Fprintf(s, `<line class="tick" x1="%s" x2="%[1]s" y1="%d" y2="%d"></line><text x="%[1]s" y="%[4]d" text-anchor="%[5]s">%[6]s</text>`, percent(at), top+height, top+height+4, top+height+16, edge(at), text)
	}
	s.WriteString(`</svg>`)
	if !tile {
		s.WriteString(`<ul class="chart-key" role="list">`)
		for _, l := range lines {
			fmt.Fprintf(s, `<li><svg aria-hidden="true" width="18" height="8"><path class="%s" d="M1 4H17"></path></svg> %s</li>`, l.class, html.EscapeString(l.name))
		}
		if p.LeftOut > 0 {
			fmt.Fprintf(s, `<li>and %d with less</li>`, p.LeftOut)
		}
		s.WriteString(`</ul>`)
	}
	s.WriteString(`</li>`)
}

// way is a line through values, a step to the right for each, from the least at the bottom
// to the most. On a level stretch only its ends are named.
func way(values []float64, least, most float64) string {
	if most == least {
		most++
	}
	y := func(i int) float64 {
		if i < 0 || i >= len(values) {
			return math.NaN()
		}
		return math.Round(upward * (most - values[i]) / (most - least))
	}
	var d strings.Builder
	for i := range values {
		switch before, at, after := y(i-1), y(i), y(i+1); {
		case math.IsNaN(at) || before == at && at == after:
		case math.IsNaN(before) && math.IsNaN(after): // a dot, by the ends of its line
			fmt.Fprintf(&d, "M%d %.0fh0", i, at)
		case math.IsNaN(before):
			fmt.Fprintf(&d, "M%d %.0f", i, at)
		case before == at:
			fmt.Fprintf(&d, "H%d", i)
		default:
			fmt.Fprintf(&d, "L%d %.0f", i, at)
		}
	}
	return d.String()
}
