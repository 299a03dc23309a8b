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
func tornado(b *strings.Builder, axis string, lines []line, title, alt string, figures Figures) (table string, err error) {
	if len(lines) != 1 {
		return "", fmt.Errorf("%d lines of figures: a tornado is about one", len(lines))
	}
	base, baseText, err := figures.Number(lines[0].ref)
	if err != nil {
		return "", err
	}
	swings, err := figures.Swings(lines[0].ref)
	if err != nil {
		return "", err
	}
	swings = slices.Clone(swings[:min(len(swings), swingRows)])
	// What all figures are for, "/month", stands below, where there is room.
	if at := strings.Index(baseText, "/"); at >= 0 {
		for i, s := range swings {
			s.LowText, s.HighText = strings.TrimSuffix(s.LowText, baseText[at:]), strings.TrimSuffix(s.HighText, baseText[at:])
			swings[i] = s
		}
	}
	least, most := base, base
	for _, s := range swings {
		least, most = min(least, s.Low, s.High), max(most, s.Low, s.High)
	}
	if len(swings) == 0 || !(most > least) || math.IsInf(most-least, 0) {
		return "", fmt.Errorf("no input with a range moves %s", lines[0].ref)
	}
	// Room for a figure at both ends of the longest bars.
	const ends = 92
	x := func(v float64) float64 {
		return labels + ends + (v-least)/(most-least)*(width-labels-2*ends)
	}
	height := len(swings)*barRow + 40
	open(b, height, title, alt)
	var rows strings.Builder
	for i, s := range swings {
		y := i * barRow
		left, right, leftText, rightText := s.Low, s.High, s.LowText, s.HighText
		if left > right {
			left, right, leftText, rightText = right, left, rightText, leftText
		}
		fmt.Fprintf(b, `<text class="label" x="%d" y="%d" text-anchor="end">%s</text>`, labels-10, y+19, html.EscapeString(shorten(s.Label)))
		for side, bar := range []struct{ from, to float64 }{{min(left, base), base}, {base, max(right, base)}} {
			fmt.Fprintf(b, `<rect class="series-%d" x="%s" y="%d" width="%s" height="20"></rect>`, side, number(x(bar.from)), y+4, number(x(bar.to)-x(bar.from)))
		}
		fmt.Fprintf(b, `<text class="value" x="%s" y="%d" text-anchor="end">%s</text><text class="value" x="%s" y="%d">%s</text>`,
			number(x(min(left, base))-6), y+19, html.EscapeString(leftText), number(x(max(right, base))+6), y+19, html.EscapeString(rightText))
		fmt.Fprintf(&rows, "<tr><th scope=\"row\">%s</th><td>%s to %s</td><td>%s</td><td>%s</td></tr>", html.EscapeString(s.Label), html.EscapeString(s.From), html.EscapeString(s.To), html.EscapeString(s.LowText), html.EscapeString(s.HighText))
	}
	bottom := len(swings) * barRow
	fmt.Fprintf(b, `<path class="tick" d="M%s 0V%d"></path><text class="label" x="%s" y="%d" text-anchor="middle">%s, %s</text>`, number(x(base)), bottom+8, number(x(base)), bottom+28, html.EscapeString(axis), html.EscapeString(baseText))
	b.WriteString("</svg>")
	return fmt.Sprintf("<table><thead><tr><th scope=\"col\">input</th><th scope=\"col\">its range</th><th scope=\"col\">%[1]s at low</th><th scope=\"col\">%[1]s at high</th></tr></thead><tbody>%[2]s</tbody></table>", html.EscapeString(axis), rows.String()), nil
}

// shorten keeps a label within the room for labels; the table has all of it.
func shorten(label string) string {
	const most = 34
	letters := []rune(label)
	if len(letters) <= most {
		return label
	}
	cut := string(letters[:most-1])
	if at := strings.LastIndex(cut, " "); at > most/2 {
		cut = cut[:at]
	}
	return strings.TrimRight(cut, " ,") + "…"
}
