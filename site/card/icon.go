package card

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/png"
	"sync"
)

// bar is a rectangle of the mark, three replicas of a log in step, on a ground of 24
// units; the same as in static/icon.svg.
type bar struct{ x0, y0, x1, y1 float64 }

var (
	committed = []bar{{2, 3.5, 13, 6.5}, {2, 10.5, 13, 13.5}, {2, 17.5, 13, 20.5}, {13.8, 1.5, 15.2, 22.5}}
	tails     = []bar{{16, 3.5, 19, 6.5}, {16, 10.5, 19, 13.5}, {16, 17.5, 19, 20.5}}
)

func drawMark(c *canvas, x, y int, scale float64) {
	at := func(b bar) image.Rectangle {
		px := func(v float64) int { return int(v*scale + 0.5) }
		return image.Rect(x+px(b.x0), y+px(b.y0), x+px(b.x1), y+px(b.y1))
	}
	for _, b := range committed {
		c.fill(at(b), accent)
	}
	for _, b := range tails {
		c.fill(at(b), faint)
	}
}

// Icon is favicon.ico, for programs that ask for it without reading a page: the mark in
// 16, 32 and 48 pixels, each a PNG.
var Icon = sync.OnceValue(func() []byte {
	sizes := []int{16, 32, 48}
	var head, body bytes.Buffer
	put := func(values ...any) {
		for _, v := range values {
			binary.Write(&head, binary.LittleEndian, v) // to memory: cannot fail
		}
	}
	put(uint16(0), uint16(1), uint16(len(sizes)))
	for _, size := range sizes {
		picture := icon(size)
		put(uint8(size), uint8(size), uint8(0), uint8(0), uint16(1), uint16(32), uint32(len(picture)), uint32(6+16*len(sizes)+body.Len()))
		body.Write(picture)
	}
	return append(head.Bytes(), body.Bytes()...)
})

func icon(size int) []byte {
	const samples = 4 // a side of each pixel, for smooth edges
	unit := 24 / float64(size*samples)
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	green, light := rgb(0x0a5f57), rgb(0x91bdb8)
	for y := range size {
		for x := range size {
			var r, g, b, inside int
			for i := range samples * samples {
				c, ok := iconColor((float64(x*samples+i%samples)+0.5)*unit, (float64(y*samples+i/samples)+0.5)*unit, green, light)
				if ok {
					r, g, b, inside = r+int(c.R), g+int(c.G), b+int(c.B), inside+1
				}
			}
			if inside > 0 {
				img.SetNRGBA(x, y, color.NRGBA{uint8(r / inside), uint8(g / inside), uint8(b / inside), uint8(255 * inside / (samples * samples))})
			}
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil { // to memory: cannot fail
		panic("encode an icon: " + err.Error())
	}
	return out.Bytes()
}

// iconColor is the colour at a place of the icon, and whether the place is in it: its
// corners are round.
func iconColor(x, y float64, green, light color.RGBA) (color.RGBA, bool) {
	const radius = 5
	dx, dy := max(radius-x, x-(24-radius), 0), max(radius-y, y-(24-radius), 0)
	if dx*dx+dy*dy > radius*radius {
		return color.RGBA{}, false
	}
	holds := func(bars []bar) bool {
		for _, b := range bars {
			// The mark stands a little smaller within the ground.
			if u, v := (x-3.4)/0.84, (y-2.1)/0.84; u >= b.x0 && u < b.x1 && v >= b.y0 && v < b.y1 {
				return true
			}
		}
		return false
	}
	switch {
	case holds(committed):
		return rgb(0xffffff), true
	case holds(tails):
		return light, true
	}
	return green, true
}
