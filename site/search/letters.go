package search

import (
	"cmp"
	"encoding/hex"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"lockstep/site"
)

// digits and others are the letters of what begins with none.
const (
	digits = "0–9"
	others = "Other"
)

// Letters sorts entries from A to Z, by their names without case and accents. Scripts
// that are not written in an alphabet stand together at the end.
func Letters(entries []site.IndexEntry) []site.Letter {
	type keyed struct {
		key    string
		letter string
		entry  site.IndexEntry
	}
	all := make([]keyed, 0, len(entries))
	for _, e := range entries {
		key := sortKey(e.Name)
		all = append(all, keyed{key, letterOf(key), e})
	}
	slices.SortStableFunc(all, func(a, b keyed) int {
		return cmp.Or(cmp.Compare(rankOf(a.letter), rankOf(b.letter)), cmp.Compare(a.letter, b.letter), cmp.Compare(a.key, b.key), cmp.Compare(a.entry.To, b.entry.To))
	})
	var letters []site.Letter
	for _, k := range all {
		if n := len(letters); n == 0 || letters[n-1].Name != k.letter {
			letters = append(letters, site.Letter{Name: k.letter, ID: letterID(k.letter)})
		}
		last := &letters[len(letters)-1]
		last.Entries = append(last.Entries, k.entry)
		last.Count++
	}
	return letters
}

// sortKey is a name by its words alone.
func sortKey(name string) string {
	var all []string
	eachWord(name, func(parts []string, whole string) {
		if whole != "" {
			all = append(all, whole)
		} else {
			all = append(all, parts...)
		}
	})
	return strings.Join(all, " ")
}

func letterOf(key string) string {
	r, _ := utf8.DecodeRuneInString(key)
	switch {
	case r >= '0' && r <= '9':
		return digits
	case key == "" || unspaced(r) || !unicode.IsLetter(r):
		return others
	}
	return string(unicode.ToUpper(r))
}

func rankOf(letter string) int {
	switch letter {
	case digits:
		return 0
	case others:
		return 2
	}
	return 1
}

// letterID is fit for an address.
func letterID(letter string) string {
	switch {
	case letter == digits:
		return "0-9"
	case letter == others:
		return "other"
	case letter >= "A" && letter <= "Z":
		return strings.ToLower(letter)
	}
	return "u" + hex.EncodeToString([]byte(letter))
}
