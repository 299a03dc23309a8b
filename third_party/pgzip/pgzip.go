// Package pgzip stands in for a module that compresses on several processors.
// google/rpmpack writes packages with it, for which one processor is enough.
package pgzip

import (
	"compress/gzip"
	"io"
)

func NewWriterLevel(w io.Writer, level int) (*gzip.Writer, error) {
	return gzip.NewWriterLevel(w, level)
}
