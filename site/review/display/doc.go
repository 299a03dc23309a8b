// Package display is what a page shows of its review: each thread at its place in
// the text as it is now, each comment as HTML, each verdict with what it is worth,
// and what is open on all pages.
//
// Everything is derived, and nothing is kept but what was worked out: a [Cache] may
// be thrown away at any time, and is told when a text was redacted.
package display
