package search

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"sync"
)

// writer makes one file.
type writer struct{ buf []byte }

func (w *writer) len() int       { return len(w.buf) }
func (w *writer) number(n int)   { w.buf = binary.AppendUvarint(w.buf, uint64(n)) }
func (w *writer) octet(b byte)   { w.buf = append(w.buf, b) }
func (w *writer) text(s string)  { w.number(len(s)); w.buf = append(w.buf, s...) }
func (w *writer) zipped() []byte { return zip(w.buf) }
func (w *writer) texts(all []string) {
	w.number(len(all))
	for _, s := range all {
		w.text(s)
	}
}

// word writes a word of a sorted list: how many bytes it has in common with the one
// before it, and the rest.
func (w *writer) word(s, before string) {
	n := shared(s, before)
	w.number(n)
	w.text(s[n:])
}

// shared counts the bytes with which both begin.
func shared(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// postings are sections in their order, as distances, and then their impacts, which
// compress better among themselves.
func (w *writer) postings(list []posting) {
	last := uint32(0)
	for _, p := range list {
		w.number(int(p.section - last))
		last = p.section
	}
	for _, p := range list {
		w.octet(p.impact)
	}
}

// Writers hold large tables, so they are used again.
var zippers = sync.Pool{New: func() any { w, _ := gzip.NewWriterLevel(nil, 4); return w }}

func zip(data []byte) []byte {
	var buf bytes.Buffer
	z := zippers.Get().(*gzip.Writer)
	defer zippers.Put(z)
	z.Reset(&buf)
	z.Write(data) // to memory: cannot fail
	z.Close()
	return buf.Bytes()
}
