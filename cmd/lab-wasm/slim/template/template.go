// Package template stands in for html/template; see package http beside it. templ
// can turn its templates into components, and nobody asks it to.
package template

import (
	"errors"
	"io"
)

type HTML string

type Template struct{}

func (*Template) Execute(io.Writer, any) error {
	return errors.New("html/template is not in this program")
}
