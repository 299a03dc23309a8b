// Package zstd stands in for a way to compress that google/rpmpack offers and
// this program's packages do without.
package zstd

import (
	"errors"
	"io"
)

// EncoderLevel and EOption have what rpmpack names.
type (
	EncoderLevel int
	EOption      func()
)

const SpeedBetterCompression EncoderLevel = 0

// ErrNotSupported is what NewWriter gives.
var ErrNotSupported = errors.New("zstd is not supported by this build")

func EncoderLevelFromString(string) (bool, EncoderLevel) { return false, 0 }

func EncoderLevelFromZstd(int) EncoderLevel { return 0 }

func WithEncoderLevel(EncoderLevel) EOption { return nil }

func NewWriter(io.Writer, ...EOption) (io.WriteCloser, error) { return nil, ErrNotSupported }
