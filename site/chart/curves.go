package chart

import (
	"fmt"
	"html"
	"math"
	"strings"
)

// curves draws figures against figures, both on scales of powers of ten, so that a
// straight line is a power and its slope the exponent:
//
//	curves members who are online / a second
//	each {n}: 1k, 10k, 100k
//	to put in order: model:room.online?room.online={n} to model:room.sends?room.online={n}
//	page: model:fast.ratio to model:fast.window, model:all to model:fast.outage
//	point an hour at 5 %: model:partial to model:partial_page
//
// A curve is a list of points, "across to up" with commas between; a point with the
// name of an each line is one for each of its keys. A line that begins with "point"
// is one place with a name.
func curves(s *sheet) error {
	across, up, ok := strings.Cut(s.axis, " / ")
	if !ok {
		return fmt.Errorf("the axes are %q: write curves ACROSS / UP", s.axis)
	}
	c := plotted{x: scale10{name: across}, y: scale10{name: up}}
	var keys []each
	for _, l := range s.take("each") {
		e, err := parseEach(l)
		if err != nil {
			return err
		}
		keys = append(keys, e)
	}
	marks := s.take("point")
	for _, l := range s.lines {
		points, err := s.points(l, keys, &c)
		if err != nil {
			return err
		}
		if len(points) < 2 {
			return fmt.Errorf("%q has one point: a curve has two, and a line that begins with point has one", l.label)
		}
		c.series = append(c.series, points)
	}
	for _, l := range marks {
		points, err := s.points(l, nil, &c)
		if err != nil {
			return err
		}
		c.marks = append(c.marks, points[0])
	}
	if len(c.series) == 0 || c.x.most == c.x.least || c.y.most == c.y.least {
		return fmt.Errorf("all points are in one line across or up: there is no curve to draw")
	}
	s.draw(c)
	s.lineKey()
	var rows strings.Builder
	for i, points := range append(c.series, c.marks) {
		for j, p := range points {
			label := ""
			if i < len(c.series) {
				label = s.lines[i].label
			} else {
				label = marks[j].label
			}
			fmt.Fprintf(&rows, `<tr><th scope="row">%s</th><td>%s</td><td>%s</td></tr>`, html.EscapeString(label), s.figure(p.xRef, p.xText), s.figure(p.yRef, p.yText))
		}
	}
	s.table = fmt.Sprintf(`<table><thead><tr><th scope="col">series</th><th scope="col">%s</th><th scope="col">%s</th></tr></thead><tbody>%s</tbody></table>`, html.EscapeString(across), html.EscapeString(up), rows.String())
	return nil
}

// point is one place on the plane.
type point struct {
	x, y                     float64
	xText, yText, xRef, yRef string
	label                    string
}

type plotted struct {
	x, y   scale10
	series [][]point
	marks  []point
}

// points looks up what a line names.
func (s *sheet) points(l line, keys []each, c *plotted) (points []point, err error) {
	for pair := range strings.SplitSeq(l.ref, ",") {
		for _, pair := range expand(strings.TrimSpace(pair), keys) {
			p := point{label: l.label}
			var ok bool
			if p.xRef, p.yRef, ok = strings.Cut(pair, " to "); !ok {
				return nil, fmt.Errorf("%q: write a point as ACROSS to UP", pair)
			}
			if p.x, p.xText, err = s.figures.Number(p.xRef); err != nil {
				return nil, err
			}
			if p.y, p.yText, err = s.figures.Number(p.yRef); err != nil {
				return nil, err
			}
			if !(p.x > 0) || !(p.y > 0) || math.IsInf(p.x, 0) || math.IsInf(p.y, 0) {
				return nil, fmt.Errorf("%s is %s and %s is %s: a scale of powers of ten has no place for them", p.xRef, p.xText, p.yRef, p.yText)
			}
			c.x.add(p.x, p.xText)
			c.y.add(p.y, p.yText)
			points = append(points, p)
		}
	}
	return points, nil
}

// expand is a pattern for each key that it has a name for.
func expand(pattern string, keys []each) []string {
	for _, e := range keys {
		if strings.Contains(pattern, e.name) {
			all := make([]string, len(e.keys))
			for i, k := range e.keys {
				all[i] = strings.ReplaceAll(pattern, e.name, k.key)
			}
			return all
		}
	}
	return []string{pattern}
}

const curveHeight = 300

// draw draws the marks of the scales, the curves and the named points.
func (s *sheet) draw(c plotted) {
	place := func(p point) (x, y float64) {
		return c.x.at(p.x), float64(curveHeight) * (1 - c.y.at(p.y))
	}
	fmt.Fprintf(s, `<p class="chart-head">%s</p><div class="plane" role="img" aria-label="%s">`, html.EscapeString(c.y.name), s.label())
	fmt.Fprintf(s, `<svg class="scale" aria-hidden="true" height="%d">`, curveHeight)
	for _, t := range c.y.ticks() {
		fmt.Fprintf(s, `<text x="100%%" y="%s" text-anchor="end">%s</text>`, number(curveHeight*(1-c.y.at(t.value))+4), html.EscapeString(t.text))
	}
	fmt.Fprintf(s, `</svg><svg aria-hidden="true" width="100%%" height="%d">`, curveHeight+26)
	for _, t := range c.y.ticks() {
		y := number(curveHeight * (1 - c.y.at(t.value)))
		fmt.Fprintf(s, `<line class="grid" x1="0" x2="100%%" y1="%[1]s" y2="%[1]s"></line>`, y)
	}
	for _, t := range c.x.ticks() {
		x := percent(c.x.at(t.value))
		fmt.Fprintf(s, `<line class="grid" x1="%s" x2="%[1]s" y1="0" y2="%[2]d"></line><text x="%[1]s" y="%[3]d" text-anchor="%[4]s">%[5]s</text>`, x, curveHeight, curveHeight+20, edge(c.x.at(t.value)), html.EscapeString(t.text))
	}
	for i, points := range c.series {
		for j, p := range points {
			x, y := place(p)
			if j > 0 {
				x0, y0 := place(points[j-1])
				fmt.Fprintf(s, `<line class="curve curve-%d" x1="%s" y1="%s" x2="%s" y2="%s"></line>`, i%8, percent(x0), number(y0), percent(x), number(y))
			}
		}
		for _, p := range points {
			x, y := place(p)
			fmt.Fprintf(s, `<circle class="series-%d" cx="%s" cy="%s" r="3.5"></circle>`, i%8, percent(x), number(y))
		}
	}
	// Below the curves, where there is none.
	dx, end := 10, "start"
	if first := c.series[0]; (first[0].y-first[len(first)-1].y)*(first[0].x-first[len(first)-1].x) < 0 {
		dx, end = -10, "end"
	}
	for _, p := range c.marks {
		x, y := place(p)
		fmt.Fprintf(s, `<circle class="place" cx="%s" cy="%s" r="6"></circle><text class="value" x="%[1]s" y="%[2]s" dx="%[3]d" dy="18" text-anchor="%[4]s">%[5]s</text>`, percent(x), number(y), dx, end, html.EscapeString(p.label+": "+p.yText))
	}
	fmt.Fprintf(s, `</svg></div><p class="chart-head across">%s</p>`, html.EscapeString(c.x.name))
}

// edge keeps the text of a mark at the ends of a scale within the room.
func edge(at float64) string {
	switch {
	case at < 0.04:
		return "start"
	case at > 0.96:
		return "end"
	}
	return "middle"
}

// lineKey says which curve is which.
func (s *sheet) lineKey() {
	s.WriteString(`<ul class="chart-key" role="list">`)
	for i, l := range s.lines {
		fmt.Fprintf(s, `<li><svg aria-hidden="true" width="28" height="12"><line class="curve curve-%d" x1="1" x2="27" y1="6" y2="6"></line></svg> %s</li>`, i%8, html.EscapeString(l.label))
	}
	s.WriteString("</ul>")
}
