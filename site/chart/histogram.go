package chart

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"
)

// Bin is one bin of a histogram: Count values above the bin before, up to UpTo.
type Bin struct{ UpTo, Count float64 }

// binsHeight is the height of the highest bin.
const binsHeight = 190

// histogram draws the share of each bin, so that runs of different length can be
// compared. All series share the narrowest bins that they have.
func histogram(s *sheet) (err error) {
	lines := s.lines
	series := make([][]Bin, len(lines))
	totals := make([]float64, len(lines))
	unit, most, widest, step := "", 0.0, 0.0, math.Inf(1)
	for i, l := range lines {
		if series[i], unit, err = s.figures.Histogram(l.ref); err != nil {
			return err
		}
		for j, bin := range series[i] {
			totals[i] += bin.Count
			most = max(most, bin.UpTo)
			if j > 0 {
				step = min(step, bin.UpTo-series[i][j-1].UpTo)
			}
		}
		if totals[i] <= 0 {
			return fmt.Errorf("%s counts nothing", l.ref)
		}
		for _, bin := range series[i] {
			widest = max(widest, bin.Count/totals[i])
		}
	}
	if math.IsInf(step, 1) || step <= 0 {
		step = most
	}
	x := func(v float64) string { return percent(v / most) }
	y := func(share float64) float64 { return 12 + (1-share/widest)*(binsHeight-12) }
	names := make([]string, len(lines))
	for i, l := range lines {
		names[i] = l.label
	}
	s.key(names)
	fmt.Fprintf(s, `<svg class="bins" role="img" aria-label="%s" width="100%%" height="%d">`, s.label(), binsHeight+26)
	fmt.Fprintf(s, `<line class="grid" x1="0" x2="100%%" y1="12" y2="12"></line><text x="100%%" y="6" text-anchor="end">%s %% of them</text>`, number(math.Round(100*widest)))
	for v := 0.0; v <= most; v += round(most / 5) {
		fmt.Fprintf(s, `<line class="tick" x1="%s" x2="%[1]s" y1="%[2]d" y2="%[3]d"></line><text x="%[1]s" y="%[4]d" text-anchor="%[5]s">%[6]s</text>`, x(v), binsHeight, binsHeight+5, binsHeight+20, edge(v/most), number10(v))
	}
	fmt.Fprintf(s, `<line class="tick" x1="0" x2="100%%" y1="%[1]d" y2="%[1]d"></line>`, binsHeight)
	var rows strings.Builder
	for i, l := range lines {
		for _, bin := range series[i] {
			from, top := max(0, bin.UpTo-step), y(bin.Count/totals[i])
			fmt.Fprintf(&rows, "<tr><th scope=\"row\">%s</th><td>%s</td><td>%s</td></tr>", html.EscapeString(l.label), number(bin.UpTo), number(bin.Count))
			if bin.Count > 0 {
				fmt.Fprintf(s, `<rect class="series-%d area" x="%s" y="%s" width="%s" height="%s"></rect>`, i%8, x(from), number(top), x(bin.UpTo-from), number(binsHeight-top))
			}
		}
	}
	fmt.Fprintf(s, `</svg><p class="chart-head across">%s</p>`, html.EscapeString(strings.TrimSuffix(s.axis+", "+unit, ", ")))
	s.table = fmt.Sprintf("<table><thead><tr><th scope=\"col\">series</th><th scope=\"col\">up to, %s</th><th scope=\"col\">count</th></tr></thead><tbody>%s</tbody></table>", html.EscapeString(unit), rows.String())
	return nil
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
