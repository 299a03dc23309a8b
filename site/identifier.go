package site

import (
	"fmt"
	"strconv"
	"strings"
)

// Match is an identifier in a text.
type Match struct {
	ID         string // canonical, see CanonicalID
	Start, End int    // offsets in the text
}

// FindReferences finds what looks like an identifier: "ADR-7", "SLO-2", "I2":
// one to eight capitals, perhaps a hyphen, one to five digits. Whether it is one
// is for the site to say, which knows the prefixes that are defined.
//
// It is called for every run of text on every page, so it looks for digits,
// which are rare, and works backwards from there.
func FindReferences(text []byte) (matches []Match) {
	for i := 0; i < len(text); i++ {
		if !isDigit(text[i]) {
			continue
		}
		first := i
		for i < len(text) && isDigit(text[i]) {
			i++
		}
		start := first
		if start > 0 && text[start-1] == '-' {
			start--
		}
		letters := start
		for letters > 0 && text[letters-1] >= 'A' && text[letters-1] <= 'Z' {
			letters--
		}
		if n := start - letters; n < 1 || n > 8 || i-first > 5 || !standsAlone(text, letters, i) {
			continue
		}
		matches = append(matches, Match{ID: CanonicalID(string(text[letters:first]), string(text[first:i])), Start: letters, End: i})
	}
	return matches
}

// standsAlone: "ISO-8601-1", "v1.I2" and "a/I2" are not identifiers of ours.
func standsAlone(text []byte, start, end int) bool {
	if start > 0 && (isWord(text[start-1]) || strings.IndexByte("-./_", text[start-1]) >= 0) {
		return false
	}
	if end == len(text) {
		return true
	}
	if isWord(text[end]) || text[end] == '_' {
		return false
	}
	return !((text[end] == '-' || text[end] == '.') && end+1 < len(text) && isWord(text[end+1]))
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func isWord(b byte) bool { return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' }

// CanonicalID joins a prefix and a number in the one form in which they are
// looked up: decision records have four digits, others no leading zeros.
func CanonicalID(prefix, number string) string {
	n, err := strconv.Atoi(number)
	if err != nil {
		return prefix + number
	}
	if prefix == "ADR-" || prefix == "ADR" {
		return fmt.Sprintf("ADR-%04d", n)
	}
	return prefix + strconv.Itoa(n)
}

// PrefixOf is the part of an identifier before its number: "SLO-" of "SLO-2".
func PrefixOf(id string) string {
	i := len(id)
	for i > 0 && id[i-1] >= '0' && id[i-1] <= '9' {
		i--
	}
	return id[:i]
}
