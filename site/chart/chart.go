// Package chart draws recorded figures as SVG, from a few lines of text that say
// which. It knows no evidence: whoever draws looks the figures up, so a chart can
// no more be typed in by hand than a number in the text.
//
// A chart follows the site's colours by classes, has a title and a description
// for those who do not see it, and its figures as a table beside it. The same
// figures give the same bytes.
package chart

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"

	"lockstep/site"
)

// Bin is one bin of a histogram: Count values above the bin before, up to UpTo.
type Bin struct{ UpTo, Count float64 }

// Figures look up what a chart shows. The error says what is missing.
type Figures interface {
	Number(ref string) (value float64, text string, err error)
	Histogram(ref string) (bins []Bin, unit string, err error)
	// Swings are the inputs that move a figure, the strongest first.
	Swings(ref string) ([]Swing, error)
	// Address is where the reader learns more of a figure, or "".
	Address(ref string) string
}

// line is one line of the text: a label, and where its figures are.
type line struct{ label, ref string }

// Draw draws a chart. The first line of its text is "histogram", "bars" or "tornado",
// with a name for the axis after it, or "matrix", with one for the rows; each further
// line is "label: reference". See matrix for its columns; a tornado has one line.
func Draw(source, title, alt string, figures Figures) (site.HTML, error) {
	kind, axis, lines, err := parse(source)
	if err != nil {
		return "", err
	}
	if title == "" || alt == "" {
		return "", fmt.Errorf("write ```chart title=\"…\" alt=\"what it shows, in a sentence\"")
	}
	var b strings.Builder
	var table string
	b.WriteString(`<figure class="chart"`)
	if strings.Contains(source, "model:") {
		b.WriteString(" data-of-model") // a script says that it stays when a reader changes inputs
	}
	b.WriteString(">")
	switch kind {
	case "bars":
		table, err = bars(&b, axis, lines, title, alt, figures)
	case "tornado":
		table, err = tornado(&b, axis, lines, title, alt, figures)
	case "histogram":
		table, err = histogram(&b, axis, lines, title, alt, figures)
	case "matrix":
		var m matrix
		if m, err = parseMatrix(axis, lines); err == nil {
			err = drawMatrix(&b, m, title, alt, figures)
		}
	}
	if err != nil {
		return "", err
	}
	fmt.Fprintf(&b, "<figcaption>%s</figcaption>", html.EscapeString(title))
	if table != "" {
		fmt.Fprintf(&b, "<details><summary>The figures</summary>%s</details>", table)
	}
	b.WriteString("</figure>\n")
	return site.HTML(b.String()), nil
}

func parse(source string) (kind, axis string, lines []line, err error) {
	for i, text := range strings.Split(strings.TrimSpace(source), "\n") {
		text = strings.TrimSpace(text)
		if i == 0 {
			kind, axis, _ = strings.Cut(text, " ")
			if kind != "bars" && kind != "histogram" && kind != "tornado" && kind != "matrix" {
				return "", "", nil, fmt.Errorf("line 1 is %q: begin with histogram, bars or tornado, and the name of the axis, or with matrix", text)
			}
			continue
		}
		at := strings.Index(text, ": ")
		if at <= 0 {
			return "", "", nil, fmt.Errorf("line %d is %q: write label: evidence:file#path", i+1, text)
		}
		lines = append(lines, line{strings.TrimSpace(text[:at]), strings.TrimSpace(text[at+2:])})
	}
	if kind != "matrix" && (len(lines) == 0 || len(lines) > 12) {
		return "", "", nil, fmt.Errorf("%d lines of figures: 1 to 12 can be told apart", len(lines))
	}
	return kind, axis, lines, nil
}

const (
	width  = 640
	barRow = 34
	labels = 240 // for the names of bars
	values = 110 // for their figures
	plot   = 200 // height of a histogram
	left   = 8
)

func open(b *strings.Builder, height int, title, alt string) {
	fmt.Fprintf(b, `<svg viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s">`, width, height, width, height, html.EscapeString(title+": "+alt))
}

func bars(b *strings.Builder, axis string, lines []line, title, alt string, figures Figures) (table string, err error) {
	type bar struct {
		value float64
		text  string
	}
	all := make([]bar, len(lines))
	most := 0.0
	for i, l := range lines {
		if all[i].value, all[i].text, err = figures.Number(l.ref); err != nil {
			return "", err
		}
		if all[i].value < 0 || math.IsNaN(all[i].value) {
			return "", fmt.Errorf("%s is %s: a bar begins at nothing", l.ref, all[i].text)
		}
		most = max(most, all[i].value)
	}
	open(b, len(lines)*barRow+4, title, alt)
	var rows strings.Builder
	for i, l := range lines {
		long := 0.0
		if most > 0 {
			long = all[i].value / most * (width - labels - values)
		}
		y := i * barRow
		fmt.Fprintf(b, `<text class="label" x="%d" y="%d" text-anchor="end">%s</text><rect class="series-%d" x="%d" y="%d" width="%s" height="20" rx="3"></rect><text class="value" x="%s" y="%d">%s</text>`,
			labels-10, y+19, html.EscapeString(l.label), 0, labels, y+4, number(max(long, 1)), number(labels+long+8), y+19, html.EscapeString(all[i].text))
		fmt.Fprintf(&rows, "<tr><th scope=\"row\">%s</th><td>%s</td></tr>", html.EscapeString(l.label), html.EscapeString(all[i].text))
	}
	b.WriteString("</svg>")
	return fmt.Sprintf("<table><thead><tr><th scope=\"col\"></th><th scope=\"col\">%s</th></tr></thead><tbody>%s</tbody></table>", html.EscapeString(axis), rows.String()), nil
}

// histogram draws the share of each bin, so that runs of different length can be
// compared. All series share the narrowest bins that they have.
func histogram(b *strings.Builder, axis string, lines []line, title, alt string, figures Figures) (table string, err error) {
	series := make([][]Bin, len(lines))
	totals := make([]float64, len(lines))
	unit, most, widest, step := "", 0.0, 0.0, math.Inf(1)
	for i, l := range lines {
		if series[i], unit, err = figures.Histogram(l.ref); err != nil {
			return "", err
		}
		for j, bin := range series[i] {
			totals[i] += bin.Count
			most = max(most, bin.UpTo)
			if j > 0 {
				step = min(step, bin.UpTo-series[i][j-1].UpTo)
			}
		}
		if totals[i] <= 0 {
			return "", fmt.Errorf("%s counts nothing", l.ref)
		}
		for _, bin := range series[i] {
			widest = max(widest, bin.Count/totals[i])
		}
	}
	if math.IsInf(step, 1) || step <= 0 {
		step = most
	}
	height := plot + 66 + 28*len(lines)
	open(b, height, title, alt)
	x := func(v float64) float64 { return left + v/most*(width-left-10) }
	y := func(share float64) float64 { return 12 + (1-share/widest)*(plot-12) }
	for v := 0.0; v <= most; v += round(most / 5) {
		anchor := "middle"
		if v == 0 {
			anchor = "start"
		} else if x(v) > width-60 {
			anchor = "end"
		}
		fmt.Fprintf(b, `<path class="tick" d="M%s %dv5"></path><text class="label" x="%s" y="%d" text-anchor="%s">%s</text>`, number(x(v)), plot, number(x(v)), plot+24, anchor, number(v))
	}
	fmt.Fprintf(b, `<path class="tick" d="M%d %dH%d"></path><text class="label" x="%d" y="%d" text-anchor="end">%s</text>`, left, plot, width-10, width-10, plot+50, html.EscapeString(strings.TrimSpace(axis+", "+unit)))
	fmt.Fprintf(b, `<path class="tick" d="M%d 12H%d" stroke-dasharray="2 5"></path><text class="label" x="%d" y="32" text-anchor="end">%s %% of them</text>`, left, width-10, width-10, number(math.Round(100*widest)))
	var rows strings.Builder
	for i, l := range lines {
		var d strings.Builder
		for _, bin := range series[i] {
			fmt.Fprintf(&d, "M%s %dV%sH%sV%dZ", number(x(max(0, bin.UpTo-step))), plot, number(y(bin.Count/totals[i])), number(x(bin.UpTo)), plot)
			fmt.Fprintf(&rows, "<tr><th scope=\"row\">%s</th><td>%s</td><td>%s</td></tr>", html.EscapeString(l.label), number(bin.UpTo), number(bin.Count))
		}
		fmt.Fprintf(b, `<path class="series-%d area" d="%s"></path>`, i%8, d.String())
		fmt.Fprintf(b, `<rect class="series-%d" x="%d" y="%d" width="14" height="14" rx="2"></rect><text class="label" x="%d" y="%d">%s</text>`, i%8, left, plot+66+28*i, left+24, plot+79+28*i, html.EscapeString(l.label))
	}
	b.WriteString("</svg>")
	return fmt.Sprintf("<table><thead><tr><th scope=\"col\"></th><th scope=\"col\">up to, %s</th><th scope=\"col\">count</th></tr></thead><tbody>%s</tbody></table>", html.EscapeString(unit), rows.String()), nil
}

// round is a step for the marks of an axis: 1, 2 or 5 and zeros.
func round(step float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(step)))
	for _, n := range []float64{1, 2, 5} {
		if n*power >= step {
			return n * power
		}
	}
	return 10 * power
}

// number is a coordinate with one digit after the point.
func number(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }
