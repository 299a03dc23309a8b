package search

import (
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// spellingFile is the size from which a file of words is full, before compression.
	spellingFile = 8 << 10
	// minSpelled is the length of the shortest word that may be mistyped.
	minSpelled = 4
)

// spelled is a word with how common it is: the bits of the number of its sections.
type spelled struct {
	word   string
	common int
}

// spelled are the words that somebody may have meant, forwards or backwards, sorted.
func (j *joined) spelled(backwards bool) (all []spelled) {
	for i, term := range j.terms {
		if utf8.RuneCountInString(term) < minSpelled || strings.ContainsAny(term, "0123456789") {
			continue
		}
		if r, _ := utf8.DecodeRuneInString(term); unspaced(r) {
			continue
		}
		if backwards {
			term = reversed(term)
		}
		all = append(all, spelled{term, bits.Len(uint(len(j.lists[i])))})
	}
	if backwards {
		slices.SortFunc(all, func(a, b spelled) int { return strings.Compare(a.word, b.word) })
	}
	return all
}

// spellingFiles cuts words into files: the number of words; for each the word (see
// writer.word) and how common it is.
func spellingFiles(all []spelled) (files [][]byte, first []string) {
	for from := 0; from < len(all); {
		to, size := from, 0
		before := ""
		for to < len(all) && size < spellingFile {
			size += 3 + len(all[to].word) - shared(all[to].word, before)
			before = all[to].word
			to++
		}
		var w writer
		w.number(to - from)
		before = ""
		for _, s := range all[from:to] {
			w.word(s.word, before)
			w.number(s.common)
			before = s.word
		}
		files, first = append(files, w.zipped()), append(first, all[from].word)
		from = to
	}
	return files, first
}

func reversed(s string) string {
	runes := []rune(s)
	slices.Reverse(runes)
	return string(runes)
}
