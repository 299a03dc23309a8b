package build

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"lockstep/site"
	"lockstep/site/chart"
	"lockstep/site/markdown"
)

// shown is what a page shows beside its text, for its revision.
type shown struct {
	tree *Tree
	page *site.Page
}

var _ markdown.Shown = shown{}

// Picture is a hash of the file's bytes. One that is not there says so, so that its
// coming changes the revision too.
func (s shown) Picture(dest string) string {
	x := s.tree.resolve(s.page, parseAddress(s.page.Source, dest))
	if x.file == "" || x.folder {
		return ""
	}
	data, err := s.tree.builder.root.ReadFile(x.file)
	if err != nil {
		return "missing"
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Figures draws the chart and notes each figure that it asks for: a matrix finds its
// references by patterns, which nobody else can read.
func (s shown) Figures(source string) string {
	if s.tree.model == nil {
		return ""
	}
	noted := &notedFigures{figures: figures{s.tree.model, resolver(s)}}
	if _, err := chart.Draw(source, "-", "-", noted); err != nil {
		return "none: " + err.Error()
	}
	return noted.b.String()
}

// notedFigures passes figures on and keeps what they were.
type notedFigures struct {
	figures
	b strings.Builder
}

func (n *notedFigures) note(ref string, what ...any) { fmt.Fprintf(&n.b, "%q %v\n", ref, what) }

func (n *notedFigures) Number(ref string) (float64, string, error) {
	value, text, err := n.figures.Number(ref)
	n.note(ref, value, text, err)
	return value, text, err
}

func (n *notedFigures) Histogram(ref string) ([]chart.Bin, string, error) {
	bins, unit, err := n.figures.Histogram(ref)
	n.note(ref, bins, unit, err)
	return bins, unit, err
}

func (n *notedFigures) Swings(ref string) ([]chart.Swing, error) {
	swings, err := n.figures.Swings(ref)
	n.note(ref, swings, err)
	return swings, err
}

func (n *notedFigures) Board(ref string) (chart.Board, error) {
	b, err := n.figures.Board(ref)
	n.note(ref, b, err)
	return b, err
}
