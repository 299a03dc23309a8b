// Package card draws the picture that other programs show for a page that somebody
// shares: the site's name, the page's title, and what kind of page it is in what state.
//
// The same words give the same bytes, whatever the machine and the day, so a picture may
// be named after its words. Letters are drawn once a size and kept; then a picture is a
// millisecond of copying and compressing, and a site of thousands of pages can have one
// for each. What a font cannot spell has no picture: boxes instead of letters say nothing.
package card

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"strings"
	"sync"
)

// Width and Height are what the networks ask for.
const (
	Width  = 1200
	Height = 630
)

// Words are what a picture says. Tone colours the state: "ok", "warn", "bad" or "".
type Words struct{ Site, Kind, Title, State, Tone string }

// version is part of every key: it changes when pictures look different.
const version = "1"

// Key names the picture of these words.
func (w Words) Key() string {
	sum := sha256.Sum256([]byte(strings.Join([]string{version, w.Site, w.Kind, w.Title, w.State, w.Tone}, "\x00")))
	return hex.EncodeToString(sum[:8])
}

// Drawer draws, for any number of goroutines.
type Drawer struct {
	titles      []*face // from large to small
	name, small *face
}

// New takes the fonts, as TrueType.
func New(regular, bold []byte) (*Drawer, error) {
	d := &Drawer{}
	for _, size := range []float64{88, 72, 58} {
		f, err := newFace(bold, size)
		if err != nil {
			return nil, fmt.Errorf("read the font of titles: %w", err)
		}
		d.titles = append(d.titles, f)
	}
	var err error
	if d.name, err = newFace(bold, 38); err != nil {
		return nil, fmt.Errorf("read the font of names: %w", err)
	}
	if d.small, err = newFace(regular, 34); err != nil {
		return nil, fmt.Errorf("read the font of small words: %w", err)
	}
	return d, nil
}

// Spells says whether the fonts have all letters of the words.
func (d *Drawer) Spells(w Words) bool {
	return d.titles[0].spells(w.Title) && d.name.spells(w.Site+w.State) && d.small.spells(w.Kind)
}

const (
	margin    = 88
	textWidth = Width - 2*margin
	maxLines  = 4
)

// Draw gives the picture as PNG.
func (d *Drawer) Draw(w Words) []byte {
	c := canvases.Get().(*canvas)
	defer canvases.Put(c)
	c.clean()
	drawMark(c, margin, 78, 2.5)
	c.text(d.name, margin+80, 120, inkRamp, d.name.cut(w.Site, textWidth-80))

	f, lines := d.fit(w.Title)
	y := 240 + f.height/2
	for _, line := range lines {
		c.text(f, margin-3, y, inkRamp, line)
		y += f.height
	}

	x := margin
	if w.State != "" {
		width := d.name.width(w.State)
		c.fill(image.Rect(x, 508, x+width+48, 508+58), tone)
		c.text(d.name, x+24, 550, onTone, w.State)
		x += width + 48 + 28
	}
	c.text(d.small, x, 549, mutedRamp, d.small.cut(w.Kind, Width-margin-x))
	c.fill(image.Rect(0, Height-14, Width, Height), accent)
	return c.encode(w.Tone)
}

// fit is the largest size in which a title fits, and its lines.
func (d *Drawer) fit(title string) (*face, []string) {
	for i, f := range d.titles {
		if lines := f.wrap(title, textWidth); len(lines) <= 2+i/2 {
			return f, lines
		}
	}
	f := d.titles[len(d.titles)-1]
	lines := f.wrap(title, textWidth)
	if len(lines) > maxLines {
		lines = append(lines[:maxLines-1], f.cut(strings.Join(lines[maxLines-1:], " "), textWidth))
	}
	return f, lines
}

// The colours, as indices into a palette of sixteen: what has edges has a ramp from
// the ground to itself, and with sixteen a pixel is half a byte.
const (
	ground    = 0
	inkRamp   = ramp(1<<8 | 6) // from 1, six steps
	mutedRamp = ramp(7<<8 | 3)
	accent    = 10
	tone      = 11
	onTone    = ramp(12<<8 | 3)
	faint     = 15
)

// ramp is the first index and the number of steps.
type ramp int

func (r ramp) first() int { return int(r) >> 8 }
func (r ramp) steps() int { return int(r) & 0xff }

var tones = map[string]color.RGBA{"ok": rgb(0x1c6b3a), "warn": rgb(0x8a5a00), "bad": rgb(0xb3261e), "": rgb(0x41474d)}

func rgb(v uint32) color.RGBA { return color.RGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 0xff} }

// palette are the colours of the light theme; see static/css/tokens.css.
func palette(toneName string) (p [16]color.RGBA) {
	bg, chip := rgb(0xfbfaf6), tones[toneName]
	p[ground], p[accent], p[tone], p[faint] = bg, rgb(0x0a5f57), chip, rgb(0x7fa9a2)
	mix := func(r ramp, from, to color.RGBA) {
		for i := range r.steps() {
			share := float64(i+1) / float64(r.steps())
			blend := func(a, b uint8) uint8 { return uint8(float64(a) + (float64(b)-float64(a))*share + 0.5) }
			p[r.first()+i] = color.RGBA{blend(from.R, to.R), blend(from.G, to.G), blend(from.B, to.B), 0xff}
		}
	}
	mix(inkRamp, bg, rgb(0x1c2024))
	mix(mutedRamp, bg, rgb(0x5f666d))
	mix(onTone, chip, rgb(0xffffff))
	return p
}

// canvas is a picture, a byte a pixel. Rows that are not touched are ground.
type canvas struct {
	pix     []byte
	touched [Height]bool
}

// canvases are used again. Only touched rows are cleaned for the next picture.
var canvases = sync.Pool{New: func() any { return &canvas{pix: make([]byte, Width*Height)} }}

func (c *canvas) clean() {
	for y, touched := range c.touched {
		if touched {
			clear(c.pix[y*Width : (y+1)*Width])
		}
	}
	c.touched = [Height]bool{}
}

func (c *canvas) fill(r image.Rectangle, index byte) {
	r = r.Intersect(image.Rect(0, 0, Width, Height))
	for y := r.Min.Y; y < r.Max.Y; y++ {
		c.touched[y] = true
		row := c.pix[y*Width+r.Min.X : y*Width+r.Max.X]
		for x := range row {
			row[x] = index
		}
	}
}

// text writes one line with its base line at y.
func (c *canvas) text(f *face, x, y int, r ramp, line string) {
	first, steps := r.first(), r.steps()
	f.each(line, func(g *glyph, at int) {
		for row := range g.h {
			py := y + g.dy + row
			if py < 0 || py >= Height {
				continue
			}
			c.touched[py] = true
			for col := range g.w {
				step := (int(g.mask[row*g.w+col])*steps + 127) / 255
				px := x + at + g.dx + col
				if step == 0 || px < 0 || px >= Width {
					continue
				}
				// Where two letters touch, the darker edge stands.
				p := &c.pix[py*Width+px]
				if index := byte(first + step - 1); *p < byte(first) || *p >= byte(first+steps) || *p < index {
					*p = index
				}
			}
		}
	})
}
