// Package lzma stands in for a way to compress that google/rpmpack offers and
// this program's packages do without.
package lzma

import (
	"errors"
	"io"
)

// ErrNotSupported is what NewWriter gives.
var ErrNotSupported = errors.New("lzma is not supported by this build")

func NewWriter(io.Writer) (io.WriteCloser, error) { return nil, ErrNotSupported }
