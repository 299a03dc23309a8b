package search

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// termFile is the size from which a file of terms is full, before compression.
	termFile = 12 << 10
	// MaxPostings is how many sections a word is listed with: those in which it says
	// most. A word that is in more of them finds nothing by itself that a reader would
	// look at.
	MaxPostings = 1024
	// maxPrefix is how many sections the list of a beginning has.
	maxPrefix = 48
)

// termFiles cuts the words into files. First is the first word of each.
//
// A file is: the number of words; for each word, in their order, the word (see
// writer.word), in how many sections it stands, and its list, of [MaxPostings] at
// most; the number of beginnings; for each the beginning, the length of its list, the
// list.
func (j *joined) termFiles() (files [][]byte, first []string) {
	type span struct{ from, to int }
	var spans []span
	for from := 0; from < len(j.terms); {
		to, size := from, 0
		for to < len(j.terms) && (size < termFile || to == from) {
			size += 6 + 3*min(len(j.lists[to]), MaxPostings)
			to++
		}
		spans = append(spans, span{from, to})
		first = append(first, j.terms[from])
		from = to
	}
	prefixes := j.prefixes(first)
	files = make([][]byte, len(spans))
	parallel(len(spans), func(i int) {
		var w writer
		w.number(spans[i].to - spans[i].from)
		before := ""
		for k := spans[i].from; k < spans[i].to; k++ {
			w.word(j.terms[k], before)
			w.number(len(j.lists[k]))
			w.postings(top(j.lists[k], MaxPostings))
			before = j.terms[k]
		}
		w.number(len(prefixes[i]))
		for _, prefix := range prefixes[i] {
			list := j.beginning(prefix)
			w.text(prefix)
			w.number(len(list))
			w.postings(list)
		}
		files[i] = w.zipped()
	})
	return files, first
}

// prefixes are the beginnings whose words fill more than one file, by the file in
// which each would stand as a word: those that the last word of a file and the first
// of the next have in common.
func (j *joined) prefixes(first []string) [][]string {
	in := make([][]string, len(first))
	seen := make(map[string]bool)
	for i := 1; i < len(first); i++ {
		at, _ := slices.BinarySearch(j.terms, first[i])
		last := j.terms[at-1]
		for n := range shared(last, first[i]) + 1 {
			prefix := first[i][:n]
			if n == 0 || !utf8.ValidString(prefix) || seen[prefix] {
				continue
			}
			seen[prefix] = true
			file := fileOf(first, prefix)
			in[file] = append(in[file], prefix)
		}
	}
	for _, list := range in {
		slices.Sort(list)
	}
	return in
}

// fileOf is the file in which a word stands if it stands anywhere.
func fileOf(first []string, word string) int {
	i, found := slices.BinarySearch(first, word)
	if found {
		return i
	}
	return max(0, i-1)
}

// beginning is the list of all words that begin with prefix.
func (j *joined) beginning(prefix string) []posting {
	best := make(map[uint32]uint8)
	at, _ := slices.BinarySearch(j.terms, prefix)
	for ; at < len(j.terms) && strings.HasPrefix(j.terms[at], prefix); at++ {
		for _, p := range j.lists[at] {
			// What stands in a text alone is no help to one who has typed two letters.
			if p.impact > unit {
				best[p.section] = max(best[p.section], p.impact)
			}
		}
	}
	list := make([]posting, 0, len(best))
	for section, impact := range best {
		list = append(list, posting{section, impact})
	}
	slices.SortFunc(list, func(a, b posting) int { return cmp.Compare(a.section, b.section) })
	return top(list, maxPrefix)
}

// top keeps the sections of the highest impact, in their order.
func top(list []posting, most int) []posting {
	if len(list) <= most {
		return list
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b posting) int { return cmp.Compare(b.impact, a.impact) })
	list = list[:most]
	slices.SortFunc(list, func(a, b posting) int { return cmp.Compare(a.section, b.section) })
	return list
}
