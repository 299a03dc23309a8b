package build

import (
	"bytes"
	"path"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
)

// effort is how hard to compress. Pages are many and change with every build;
// assets are few and kept for ever.
type effort int

const (
	none effort = iota
	quick
	best
)

func effortFor(name string) effort {
	switch path.Ext(name) {
	case ".woff2", ".png":
		return none
	}
	return best
}

func compressible(name string) bool {
	switch path.Ext(name) {
	case ".html", ".css", ".js", ".svg", ".xml", ".txt", ".json":
		return true
	}
	return false
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

var (
	brotliQuick = sync.Pool{New: func() any { return brotli.NewWriterLevel(nil, 5) }}
	gzipQuick   = sync.Pool{New: func() any { w, _ := gzip.NewWriterLevel(nil, 6); return w }}
)

func brotliTo(buf *bytes.Buffer, data []byte, e effort) error {
	if e == best {
		w := brotli.NewWriterLevel(buf, brotli.BestCompression)
		if _, err := w.Write(data); err != nil {
			return err
		}
		return w.Close()
	}
	w := brotliQuick.Get().(*brotli.Writer)
	defer brotliQuick.Put(w)
	w.Reset(buf)
	if _, err := w.Write(data); err != nil {
		return err
	}
	return w.Close()
}

func gzipTo(buf *bytes.Buffer, data []byte, _ effort) error {
	w := gzipQuick.Get().(*gzip.Writer)
	defer gzipQuick.Put(w)
	w.Reset(buf)
	if _, err := w.Write(data); err != nil {
		return err
	}
	return w.Close()
}
