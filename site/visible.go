package site

import (
	"fmt"
	"strings"
	"unicode"
)

// Visible shows characters that hide something: marks of direction, which make
// text read otherwise than it is, and characters without a width. Joiners stay,
// since scripts and emoji need them.
func Visible(s string) string {
	if !strings.ContainsFunc(s, hidden) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if hidden(r) {
			fmt.Fprintf(&b, "⟦U+%04X⟧", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func hidden(r rune) bool {
	switch {
	case r == '\u200c', r == '\u200d': // joiners
		return false
	case r == '\u200b', r == '\u200e', r == '\u200f', r == '\u061c', r == '\u2060', r == '\ufeff', r == '\u00ad', r == '\u180e', r == '\u115f', r == '\u3164':
		return true
	case r >= '\u202a' && r <= '\u202e', r >= '\u2061' && r <= '\u2069', r >= '\ufff0' && r <= '\ufffb', r >= 0xe0000 && r <= 0xe007f:
		return true
	case r == '\n', r == '\t', r == '\r':
		return false
	}
	return unicode.IsControl(r)
}
