package film

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"slices"
	"strings"
	"time"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

const (
	width, height = 1280, 720
	margin        = 40
	gap           = 24
	rowHeight     = 34
	held          = 3 * time.Second // of the last frame
)

// The colours of the light theme; see static/css/tokens.css.
var (
	paper    = rgb(0xfbfaf6)
	surface  = rgb(0xf3f0e8)
	ink      = rgb(0x1c2024)
	muted    = rgb(0x5f666d)
	good     = rgb(0x1c6b3a)
	bad      = rgb(0xb3261e)
	warn     = rgb(0x8a5a00)
	badSoft  = rgb(0xfbe4e1)
	warnSoft = rgb(0xfaefd2)
)

func rgb(v uint32) color.RGBA { return color.RGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 0xff} }

// palette has what letters of each colour need for their edges on each ground.
var palette = func() (p color.Palette) {
	const steps = 6
	for _, ground := range []color.RGBA{paper, surface, badSoft, warnSoft} {
		p = append(p, ground)
		for _, front := range []color.RGBA{ink, muted, good, bad, warn} {
			for i := 1; i <= steps; i++ {
				blend := func(a, b uint8) uint8 { return uint8((int(a)*(steps-i) + int(b)*i) / steps) }
				p = append(p, color.RGBA{blend(ground.R, front.R), blend(ground.G, front.G), blend(ground.B, front.B), 0xff})
			}
		}
	}
	return p
}()

// Words stand around the frames: above them, and below.
type Words struct{ Title, Below string }

// Draw makes the film. Frames are in the order of their moments; each is shown until the
// next one, and the last for three seconds. The fonts are TrueType.
func Draw(words Words, frames []Frame, regular, bold []byte) (*gif.GIF, error) {
	var p painter
	for _, f := range []struct {
		to   *font.Face
		ttf  []byte
		size float64
	}{{&p.title, bold, 36}, {&p.strong, bold, 26}, {&p.plain, regular, 21}} {
		parsed, err := opentype.Parse(f.ttf)
		if err != nil {
			return nil, fmt.Errorf("read a font: %w", err)
		}
		if *f.to, err = opentype.NewFace(parsed, &opentype.FaceOptions{Size: f.size, DPI: 72}); err != nil {
			return nil, fmt.Errorf("read a font: %w", err)
		}
	}
	film := &gif.GIF{Config: image.Config{ColorModel: palette, Width: width, Height: height}}
	index := make(map[color.RGBA]uint8)
	var before *image.RGBA
	for i, f := range frames {
		p.img = image.NewRGBA(image.Rect(0, 0, width, height))
		p.frame(words, f)
		shown := held
		if i+1 < len(frames) {
			shown = frames[i+1].At - f.At
		}
		film.Image = append(film.Image, reduced(p.img, changed(before, p.img), index))
		film.Delay = append(film.Delay, max(int(shown/(10*time.Millisecond)), 2))
		film.Disposal = append(film.Disposal, gif.DisposalNone)
		before = p.img
	}
	return film, nil
}

// changed is the smallest part of a picture outside of which it is as the one before.
func changed(before, now *image.RGBA) (r image.Rectangle) {
	if before == nil {
		return now.Rect
	}
	for y := range height {
		a, b := before.Pix[y*before.Stride:(y+1)*before.Stride], now.Pix[y*now.Stride:(y+1)*now.Stride]
		if slices.Equal(a, b) {
			continue
		}
		from, to := 0, width
		for slices.Equal(a[4*from:4*from+4], b[4*from:4*from+4]) {
			from++
		}
		for slices.Equal(a[4*to-4:4*to], b[4*to-4:4*to]) {
			to--
		}
		r = r.Union(image.Rect(from, y, to, y+1))
	}
	if r.Empty() {
		return image.Rect(0, 0, 1, 1) // a frame has at least a pixel
	}
	return r
}

// reduced is a part of a picture in the colours of the palette. A colour is looked up
// once: a picture has few, and the palette is slow to search.
func reduced(img *image.RGBA, part image.Rectangle, index map[color.RGBA]uint8) *image.Paletted {
	to := image.NewPaletted(part, palette)
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			c := img.RGBAAt(x, y)
			i, known := index[c]
			if !known {
				i = uint8(palette.Index(c))
				index[c] = i
			}
			to.SetColorIndex(x, y, i)
		}
	}
	return to
}

// painter draws one frame.
type painter struct {
	img                  *image.RGBA
	title, strong, plain font.Face
}

func (p *painter) frame(words Words, f Frame) {
	p.fill(p.img.Rect, paper)
	p.text(p.title, margin, 72, ink, words.Title, width-2*margin-160)
	clock := fmt.Sprintf("%.1f s", f.At.Seconds())
	p.text(p.title, width-margin-font.MeasureString(p.title, clock).Ceil(), 72, muted, clock, 200)
	column := (width - 2*margin - gap*(len(f.Lanes)-1)) / max(len(f.Lanes), 1)
	for i, l := range f.Lanes {
		p.lane(margin+i*(column+gap), column, l)
	}
	p.text(p.plain, margin, height-28, muted, words.Below, width-2*margin)
}

func (p *painter) lane(x, column int, l Lane) {
	state, word := good, "kept so far"
	if !l.Kept {
		state, word = bad, "broken"
	}
	p.fill(image.Rect(x, 108, x+column, 114), state)
	p.text(p.strong, x, 152, ink, l.Name, column)
	p.text(p.strong, x+font.MeasureString(p.strong, l.Name+"  ").Ceil(), 152, state, word, column)
	for i, line := range p.wrapped(l.Says, column, 2) {
		p.text(p.plain, x, 186+i*27, muted, line, column)
	}
	each := (column - gap/2*(len(l.Chats)-1)) / max(len(l.Chats), 1)
	for i, c := range l.Chats {
		p.chat(x+i*(each+gap/2), each, c)
	}
}

func (p *painter) chat(x, column int, c Chat) {
	p.text(p.plain, x, 258, muted, c.Where, column)
	y := 274
	for _, line := range c.Lines {
		ground, front := surface, ink
		switch line.Mark {
		case "":
		case "lost", "twice":
			ground, front = badSoft, bad
		default:
			ground, front = warnSoft, warn
		}
		p.fill(image.Rect(x, y, x+column, y+rowHeight), ground)
		at := x + 10
		at += p.text(p.plain, at, y+24, muted, line.Seq+" ", column-20)
		at += p.text(p.plain, at, y+24, ink, line.Text+" ", x+column-10-at)
		if line.Says != "" {
			p.text(p.plain, at, y+24, front, line.Says, x+column-10-at)
		}
		y += rowHeight + 5
	}
}

func (p *painter) fill(r image.Rectangle, c color.RGBA) {
	draw.Draw(p.img, r, image.NewUniform(c), image.Point{}, draw.Src)
}

// text writes a line with its base line at y, cut to a width, and gives how wide it is.
func (p *painter) text(face font.Face, x, y int, c color.RGBA, line string, most int) int {
	letters := []rune(line)
	for len(letters) > 0 && font.MeasureString(face, string(letters)).Ceil() > most {
		letters = letters[:len(letters)-1]
		if n := len(letters); n > 0 {
			letters[n-1] = '…'
		}
	}
	d := font.Drawer{Dst: p.img, Src: image.NewUniform(c), Face: face, Dot: fixed.P(x, y)}
	d.DrawString(string(letters))
	return font.MeasureString(face, string(letters)).Ceil()
}

// wrapped are the first lines of a text, cut at spaces; what is left goes into the last.
func (p *painter) wrapped(text string, most, lines int) (all []string) {
	for rest := text; rest != ""; {
		end := len(rest)
		for font.MeasureString(p.plain, rest[:end]).Ceil() > most && len(all)+1 < lines {
			space := strings.LastIndexByte(rest[:end], ' ')
			if space <= 0 {
				break
			}
			end = space
		}
		all = append(all, rest[:end])
		if end == len(rest) || len(all) == lines {
			return all
		}
		rest = rest[end+1:]
	}
	return all
}
