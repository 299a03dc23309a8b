package card

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"sync"
)

// encode writes the canvas as PNG with four bits a pixel. The library's encoder looks at
// each pixel of each row, which takes longer than everything else here together; most
// rows of a picture are empty.
func (c *canvas) encode(toneName string) []byte {
	var data bytes.Buffer
	z := compressors.Get().(*zlib.Writer)
	defer compressors.Put(z)
	z.Reset(&data)
	row := make([]byte, 1+Width/2) // the first byte names the filter, 0 for none
	for y := range Height {
		if !c.touched[y] {
			z.Write(emptyRow) // to memory: cannot fail
			continue
		}
		from := c.pix[y*Width : (y+1)*Width]
		for i := range Width / 2 {
			row[1+i] = from[2*i]<<4 | from[2*i+1]
		}
		z.Write(row)
	}
	z.Close()

	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n")
	header := binary.BigEndian.AppendUint32(nil, Width)
	header = binary.BigEndian.AppendUint32(header, Height)
	chunk(&b, "IHDR", append(header, 4, 3, 0, 0, 0)) // four bits, indexed, not interlaced
	var colors []byte
	for _, c := range palette(toneName) {
		colors = append(colors, c.R, c.G, c.B)
	}
	chunk(&b, "PLTE", colors)
	chunk(&b, "IDAT", data.Bytes())
	chunk(&b, "IEND", nil)
	return b.Bytes()
}

func chunk(b *bytes.Buffer, name string, data []byte) {
	b.Write(binary.BigEndian.AppendUint32(nil, uint32(len(data))))
	sum := crc32.NewIEEE()
	sum.Write([]byte(name))
	sum.Write(data)
	b.WriteString(name)
	b.Write(data)
	b.Write(binary.BigEndian.AppendUint32(nil, sum.Sum32()))
}

var (
	emptyRow = make([]byte, 1+Width/2)
	// compressors hold large tables, so they are used again.
	compressors = sync.Pool{New: func() any {
		z, err := zlib.NewWriterLevel(nil, zlib.BestSpeed)
		if err != nil {
			panic("the level is the library's own: " + err.Error())
		}
		return z
	}}
)
