// Package chart draws recorded figures, from a few lines of text that say which.
// It knows no evidence: whoever draws looks the figures up, so a chart can no
// more be typed in by hand than a number in the text, and each figure leads to
// where it comes from.
//
// Words are HTML, so they wrap, and only what has a length or a place is SVG, in
// shares of the room that there is: letters have the same size on a phone. A
// chart follows the site's colours by classes, holds no style of its own, and
// says all its figures as text. The same figures give the same bytes.
package chart

import (
	"fmt"
	"html"
	"strings"

	"lockstep/site"
)

// Figures look up what a chart shows. The error says what is missing.
type Figures interface {
	Number(ref string) (value float64, text string, err error)
	Histogram(ref string) (bins []Bin, unit string, err error)
	// Swings are the inputs that move a figure, the strongest first.
	Swings(ref string) ([]Swing, error)
	Board(ref string) (Board, error)
	// Address is where the reader learns more of a figure, or "".
	Address(ref string) string
}

// line is one line of the text: a label, and where its figures are.
type line struct{ label, ref string }

// sheet is what a kind draws on: its text, what the chart is called and shows, and
// where its figures come from. What is written to it becomes the figure; table is
// what is folded away below.
type sheet struct {
	strings.Builder
	axis       string
	lines      []line
	title, alt string
	figures    Figures
	table      string
}

// kinds are the first words of a chart's text.
var kinds = map[string]func(*sheet) error{
	"bars": bars, "histogram": histogram, "tornado": tornado, "matrix": drawMatrix, "waterfall": waterfall, "curves": curves, "panels": panels,
}

const kindNames = "bars, histogram, tornado, matrix, waterfall, curves or panels"

// maxLines is what can be told apart; a matrix has a limit of its own, and panels have
// no lines.
const maxLines = 12

// Draw draws a chart. The first line of its text is the kind and a name for the
// axis; each further line is "label: reference", or as the kind has it: see bars,
// histogram, tornado, matrix, waterfall, curves and panels.
func Draw(source, title, alt string, figures Figures) (site.HTML, error) {
	if title == "" || alt == "" {
		return "", fmt.Errorf("write ```chart title=\"…\" alt=\"what it shows, in a sentence\"")
	}
	first, rest, _ := strings.Cut(strings.TrimSpace(source), "\n")
	kind, axis, _ := strings.Cut(strings.TrimSpace(first), " ")
	draw := kinds[kind]
	if draw == nil {
		return "", fmt.Errorf("line 1 is %q: begin with %s, and the name of the axis", first, kindNames)
	}
	s := &sheet{axis: axis, title: title, alt: alt, figures: figures}
	if rest != "" {
		for i, text := range strings.Split(rest, "\n") {
			at := strings.Index(text, ": ")
			if at <= 0 {
				return "", fmt.Errorf("line %d is %q: write label: evidence:file#path", i+2, text)
			}
			s.lines = append(s.lines, line{strings.TrimSpace(text[:at]), strings.TrimSpace(text[at+2:])})
		}
	}
	if kind != "matrix" && kind != "panels" && (len(s.lines) == 0 || len(s.lines) > maxLines) {
		return "", fmt.Errorf("%d lines of figures: 1 to %d can be told apart", len(s.lines), maxLines)
	}
	if err := draw(s); err != nil {
		return "", err
	}
	if s.table != "" {
		s.table = "<details><summary>The figures</summary>" + s.table + "</details>"
	}
	ofModel := ""
	if strings.Contains(source, "model:") {
		ofModel = " data-of-model" // a script says that it stays when a reader changes inputs
	}
	return site.HTML(`<figure class="chart"` + ofModel + ">" + s.String() + "<figcaption>" + html.EscapeString(title) + s.table + "</figcaption></figure>\n"), nil
}

// take removes the lines whose label begins with a word, and gives them without it.
func (s *sheet) take(word string) (taken []line) {
	kept := s.lines[:0:0]
	for _, l := range s.lines {
		if rest, ok := cutWord(l.label, word); ok {
			taken = append(taken, line{rest, l.ref})
		} else {
			kept = append(kept, l)
		}
	}
	s.lines = kept
	return taken
}

// label is what a list of figures is called for those who do not see it.
func (s *sheet) label() string { return html.EscapeString(s.title + ": " + s.alt) }

// figure is a number as text that leads to where it comes from.
func (s *sheet) figure(ref, text string) string {
	if address := s.figures.Address(ref); address != "" {
		return fmt.Sprintf(`<a href="%s">%s</a>`, html.EscapeString(address), html.EscapeString(text))
	}
	return html.EscapeString(text)
}

// length is a number that a bar can show, which begins at nothing.
func (s *sheet) length(ref string) (value float64, text string, err error) {
	value, text, err = s.figures.Number(ref)
	if err == nil && !(value >= 0) {
		err = fmt.Errorf("%s is %s: a length begins at nothing", ref, text)
	}
	return value, text, err
}

// cutWord takes a word off the beginning of a label.
func cutWord(label, word string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(label+" ", word+" ")
	return strings.TrimSpace(rest), ok
}
