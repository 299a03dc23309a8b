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

// Alphabet remembers how entries were sorted, for the next time that entries of the
// same names come. The zero value remembers nothing. It is for one goroutine at a time.
type Alphabet struct {
	entries []site.IndexEntry
	sorted  []lettered
}

// lettered is an entry, by its number, and the letter that it stands under.
type lettered struct {
	key, letter string
	entry       int
}

// Letters sorts entries from A to Z, by their names without case and accents. Scripts
// that are not written in an alphabet stand together at the end.
func (a *Alphabet) Letters(entries []site.IndexEntry) []site.Letter {
	if !slices.EqualFunc(a.entries, entries, func(a, b site.IndexEntry) bool { return a.Name == b.Name && a.To == b.To }) {
		a.sort(entries)
	}
	a.entries = entries
	var letters []site.Letter
	for _, e := range a.sorted {
		if n := len(letters); n == 0 || letters[n-1].Name != e.letter {
			letters = append(letters, site.Letter{Name: e.letter, ID: letterID(e.letter)})
		}
		last := &letters[len(letters)-1]
		last.Entries = append(last.Entries, entries[e.entry])
		last.Count++
	}
	return letters
}

func (a *Alphabet) sort(entries []site.IndexEntry) {
	a.sorted = make([]lettered, len(entries))
	for i, e := range entries {
		key := sortKey(e.Name)
		a.sorted[i] = lettered{key, letterOf(key), i}
	}
	slices.SortFunc(a.sorted, func(x, y lettered) int {
		return cmp.Or(cmp.Compare(rankOf(x.letter), rankOf(y.letter)), cmp.Compare(x.letter, y.letter), cmp.Compare(x.key, y.key),
			cmp.Compare(entries[x.entry].To, entries[y.entry].To), cmp.Compare(x.entry, y.entry))
	})
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
