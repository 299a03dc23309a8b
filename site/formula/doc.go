// Package formula writes mathematics that is written in the usual part of LaTeX as
// MathML, which browsers show and screen readers read without a script or a font from
// elsewhere.
//
// A formula is translated as a whole or not at all: a command that is not known is an
// error that names it, so that nobody reads half of a formula. The work is bounded: a
// formula has a length, and its parts stand only so deep in one another.
package formula
