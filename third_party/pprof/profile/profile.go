// Package profile stands in for a module that dop251/goja imports for its
// profiler of scripts alone. This program never starts that.
package profile

import (
	"errors"
	"io"
)

// Profile and its parts have what goja's profiler names.
type (
	Profile struct {
		SampleType []*ValueType
		Sample     []*Sample
		Mapping    []*Mapping
		Location   []*Location
		Function   []*Function
		PeriodType *ValueType
		Period     int64
	}
	ValueType struct{ Type, Unit string }
	Sample    struct {
		Location []*Location
		Value    []int64
	}
	Mapping struct {
		ID   uint64
		File string
	}
	Location struct {
		ID      uint64
		Mapping *Mapping
		Line    []Line
	}
	Line struct {
		Function *Function
		Line     int64
	}
	Function struct {
		ID             uint64
		Name, Filename string
	}
)

// ErrNotSupported is what writing a profile gives.
var ErrNotSupported = errors.New("profiles of scripts are not supported by this build")

func (*Profile) Write(io.Writer) error { return ErrNotSupported }
