package card

import (
	"image"
	"image/draw"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// face is a font in one size, whose letters are drawn on first use and kept. The mutex
// is held for a letter, since neither the font's own face nor the maps may be shared.
type face struct {
	mu     sync.Mutex
	font   *sfnt.Font
	face   font.Face
	buf    sfnt.Buffer
	glyphs map[rune]*glyph
	height int // from one base line to the next, in pixels
}

// glyph is a letter: how much of each pixel it covers, and where that lies from the
// point at which it is written.
type glyph struct {
	mask         []byte
	w, h, dx, dy int
	advance      fixed.Int26_6
	missing      bool
}

func newFace(ttf []byte, size float64) (*face, error) {
	parsed, err := opentype.Parse(ttf)
	if err != nil {
		return nil, err
	}
	f, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return nil, err
	}
	return &face{font: parsed, face: f, glyphs: make(map[rune]*glyph), height: int(size * 1.16)}, nil
}

func (f *face) glyph(r rune) *glyph {
	f.mu.Lock()
	defer f.mu.Unlock()
	if g := f.glyphs[r]; g != nil {
		return g
	}
	g := &glyph{}
	index, err := f.font.GlyphIndex(&f.buf, r)
	g.missing = err != nil || index == 0
	bounds, mask, from, advance, ok := f.face.Glyph(fixed.Point26_6{}, r)
	if ok {
		g.advance, g.w, g.h, g.dx, g.dy = advance, bounds.Dx(), bounds.Dy(), bounds.Min.X, bounds.Min.Y
		alpha := image.NewAlpha(image.Rect(0, 0, g.w, g.h))
		draw.Draw(alpha, alpha.Rect, mask, from, draw.Src) // the face uses its mask again
		g.mask = alpha.Pix
	}
	f.glyphs[r] = g
	return g
}

// each visits the letters of a line with their places.
func (f *face) each(line string, visit func(g *glyph, at int)) (width int) {
	at := fixed.Int26_6(0)
	for _, r := range line {
		g := f.glyph(r)
		visit(g, at.Round())
		at += g.advance
	}
	return at.Ceil()
}

func (f *face) width(line string) int { return f.each(line, func(*glyph, int) {}) }

func (f *face) spells(text string) bool {
	for _, r := range text {
		if !unicode.IsSpace(r) && f.glyph(r).missing {
			return false
		}
	}
	return true
}

// wrap breaks a text into lines. A word that is wider than a line is broken too.
func (f *face) wrap(text string, width int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && f.width(line+" "+word) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
		for f.width(line) > width {
			head := f.head(line, width)
			lines, line = append(lines, head), line[len(head):]
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// head is as much of a line as fits, and at least a letter.
func (f *face) head(line string, width int) string {
	at := fixed.Int26_6(0)
	for i, r := range line {
		if at += f.glyph(r).advance; at.Ceil() > width && i > 0 {
			return line[:i]
		}
	}
	return line
}

// cut shortens a line to a width.
func (f *face) cut(line string, width int) string {
	if f.width(line) <= width {
		return line
	}
	return strings.TrimRight(f.head(line, width-f.width("…")), " ") + "…"
}
