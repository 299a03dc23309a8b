package searchtest

import (
	"cmp"
	"slices"
	"strings"
)

// meant are words that differ from a word by one typo; see static/js/search/spelling.js.
func (r *Reader) meant(w word) []string {
	letters := []rune(w.term)
	if len(letters) < shortest || strings.ContainsAny(w.term, "0123456789") {
		return nil
	}
	half := (len(letters) - 1) / 2
	found := make(map[string]int)
	look := func(kind string, first []string, beginning string, plain func(string) string) {
		if len(first) == 0 {
			return
		}
		from := placeIn(first, beginning)
		for i := from; i < len(first) && i < from+mostFiles && (i == from || strings.HasPrefix(first[i], beginning)); i++ {
			for _, s := range r.spelled(kind, i) {
				if !strings.HasPrefix(s.word, beginning) {
					continue
				}
				other := plain(s.word)
				if near(w.term, other) {
					found[other] = s.common + 100
				} else if _, ok := found[other]; !ok && w.open && kind == "f" && len(other) > len(w.term) && nearBeginning(w.term, other) {
					found[other] = s.common
				}
			}
		}
	}
	look("f", r.c.forward, string(letters[:half]), func(s string) string { return s })
	look("b", r.c.backward, backwards(string(letters[len(letters)-half:])), backwards)
	var all []string
	for other := range found {
		all = append(all, other)
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(found[b]-found[a], cmp.Compare(a, b)) })
	return all[:min(len(all), mostMeant)]
}

func nearBeginning(typed, other string) bool {
	return slices.ContainsFunc([]int{-1, 0, 1}, func(d int) bool { return near(typed, other[:min(len(other), len(typed)+d)]) })
}

// near says whether two words differ by one typo, by trying all of them.
func near(a, b string) bool {
	x, y := []rune(a), []rune(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(y)-len(x) > 1 {
		return false
	}
	for i := range y {
		if without := slices.Delete(slices.Clone(y), i, i+1); len(y) == len(x)+1 && slices.Equal(without, x) {
			return true
		}
		if len(x) != len(y) {
			continue
		}
		other := slices.Clone(x)
		other[i] = y[i]
		if slices.Equal(other, y) {
			return true
		}
		if i+1 < len(x) {
			other = slices.Clone(x)
			other[i], other[i+1] = other[i+1], other[i]
			if slices.Equal(other, y) {
				return true
			}
		}
	}
	return false
}

func backwards(s string) string {
	runes := []rune(s)
	slices.Reverse(runes)
	return string(runes)
}

// Means says whether a word that no page has is taken for another one.
func (r *Reader) Means(typed, other string) bool {
	if r.listOf(typed) != nil {
		return true // it is a word of its own
	}
	return slices.Contains(r.meant(word{term: typed}), other)
}
