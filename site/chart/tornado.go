package chart

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
)

// Swing is one input that moves a figure: what the figure is with the input at the
// low and at the high end of its range, while the others stay.
type Swing struct {
	Label     string
	Low, High float64
	// The same as in prose, and the ends of the input.
	LowText, HighText, From, To string
}

// swingRows is how many inputs a tornado shows: those that move the figure most.
const swingRows = 10

// tornado draws what moves one figure, the strongest input first, as bars to both
// sides of the figure as it is.
func tornado(s *sheet) error {
	if len(s.lines) != 1 {
		return fmt.Errorf("%d lines of figures: a tornado is about one", len(s.lines))
	}
	ref := s.lines[0].ref
	base, baseText, err := s.figures.Number(ref)
	if err != nil {
		return err
	}
	swings, err := s.figures.Swings(ref)
	if err != nil {
		return err
	}
	swings = slices.Clone(swings[:min(len(swings), swingRows)])
	texts := []string{baseText}
	for _, swing := range swings {
		texts = append(texts, swing.LowText, swing.HighText)
	}
	per := common(texts)
	for i := range swings {
		swings[i].LowText, swings[i].HighText = strings.TrimSuffix(swings[i].LowText, per), strings.TrimSuffix(swings[i].HighText, per)
	}
	least, most := base, base
	for _, swing := range swings {
		least, most = min(least, swing.Low, swing.High), max(most, swing.Low, swing.High)
	}
	if len(swings) == 0 || !(most > least) || math.IsInf(most-least, 0) {
		return fmt.Errorf("no input with a range moves %s", ref)
	}
	x := func(v float64) float64 { return (v - least) / (most - least) }
	all := make([]row, len(swings))
	var table strings.Builder
	for i, swing := range swings {
		left, right, leftText, rightText := swing.Low, swing.High, swing.LowText, swing.HighText
		if left > right {
			left, right, leftText, rightText = right, left, rightText, leftText
		}
		left, right = min(left, base), max(right, base)
		all[i] = row{swing.Label, []span{{
			marks:  []mark{{"series-0", x(left), x(base) - x(left)}, {"series-1", x(base), x(right) - x(base)}},
			before: html.EscapeString(leftText), after: html.EscapeString(rightText),
		}}}
		fmt.Fprintf(&table, "<tr><th scope=\"row\">%s</th><td>%s to %s</td><td>%s</td><td>%s</td></tr>", html.EscapeString(swing.Label), html.EscapeString(swing.From), html.EscapeString(swing.To), html.EscapeString(swing.LowText), html.EscapeString(swing.HighText))
	}
	s.rows("tornado", all, &rule{x(base), s.axis + ", " + baseText})
	s.table = fmt.Sprintf("<table><thead><tr><th scope=\"col\">input</th><th scope=\"col\">its range</th><th scope=\"col\">%[1]s at low</th><th scope=\"col\">%[1]s at high</th></tr></thead><tbody>%[2]s</tbody></table>", html.EscapeString(s.axis), table.String())
	return nil
}
