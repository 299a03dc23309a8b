package build

import (
	"bytes"
	"compress/gzip"
	"math/bits"
	"path"
	"sync"

	"github.com/andybalholm/brotli"
)

// effort is how hard to compress. Pages are many and change with every build;
// assets are few, and kept for ever.
type effort int

const (
	quick effort = iota
	best
	large // megabytes, for which best would take half a minute
)

// compressible files are text; pictures and fonts are compressed already.
func compressible(name string) bool {
	switch path.Ext(name) {
	case ".html", ".css", ".js", ".svg", ".xml", ".txt", ".json", ".wasm":
		return true
	}
	return false
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Writers hold large tables, so they are used again. The levels were measured on
// pages: above them, time grows much faster than size shrinks.
var (
	brotliQuick = sync.Pool{New: func() any { return brotli.NewWriterLevel(nil, 5) }}
	gzipQuick   = sync.Pool{New: func() any { w, _ := gzip.NewWriterLevel(nil, 4); return w }}
)

func brotliTo(buf *bytes.Buffer, data []byte, e effort) {
	w := brotliQuick.Get().(*brotli.Writer)
	defer brotliQuick.Put(w)
	switch e {
	case best:
		// A window that is larger than the data costs tables of 48 MB and no byte less.
		w = brotli.NewWriterOptions(nil, brotli.WriterOptions{Quality: brotli.BestCompression, LGWin: min(max(bits.Len(uint(len(data))), 16), 22)})
	case large:
		w = brotli.NewWriterOptions(nil, brotli.WriterOptions{Quality: 9, LGWin: 24})
	}
	w.Reset(buf)
	w.Write(data) // to memory: cannot fail
	w.Close()
}

func gzipTo(buf *bytes.Buffer, data []byte, e effort) {
	w := gzipQuick.Get().(*gzip.Writer)
	defer gzipQuick.Put(w)
	if e == best {
		w, _ = gzip.NewWriterLevel(nil, gzip.BestCompression)
	}
	w.Reset(buf)
	w.Write(data)
	w.Close()
}

// Encode compresses text that changes too often to be worth more effort. The
// encoding is "br" or "gzip".
func Encode(encoding string, data []byte) []byte {
	if encoding == "br" {
		return compress(data, brotliTo, quick)
	}
	return compress(data, gzipTo, quick)
}

// compress gives the compressed data in memory of its own.
func compress(data []byte, to func(*bytes.Buffer, []byte, effort), e effort) []byte {
	var buf bytes.Buffer
	to(&buf, data, e)
	return buf.Bytes()
}

// smaller is the compressed data, or nil if it saves nothing.
func smaller(data, compressed []byte) []byte {
	if len(compressed) < len(data) {
		return compressed
	}
	return nil
}
