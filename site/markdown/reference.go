package markdown

import (
	"fmt"
	"regexp"
	"strconv"
)

// Match is an identifier in a text.
type Match struct {
	ID         string // canonical, see CanonicalID
	Start, End int    // offsets in the text
}

var identifier = regexp.MustCompile(`\b([A-Z]{1,8})(-?)(\d{1,5})\b`)

// FindReferences finds what looks like an identifier: "ADR-7", "SLO-2", "I2".
// Whether it is one is for the site to say, which knows the prefixes that are
// defined.
func FindReferences(text []byte) (matches []Match) {
	for _, m := range identifier.FindAllSubmatchIndex(text, -1) {
		// "ISO-8601-1" or "v1.I2" are not identifiers of ours.
		if after := m[1]; after+1 < len(text) && (text[after] == '-' || text[after] == '.') && isWord(text[after+1]) {
			continue
		}
		if before := m[0]; before > 0 && (text[before-1] == '-' || text[before-1] == '.' || text[before-1] == '/') {
			continue
		}
		matches = append(matches, Match{
			ID:    CanonicalID(string(text[m[2]:m[3]])+string(text[m[4]:m[5]]), string(text[m[6]:m[7]])),
			Start: m[0], End: m[1],
		})
	}
	return matches
}

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
