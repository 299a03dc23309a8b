package searchtest

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"lockstep/site/search"
)

// The shares are those of static/js/search/match.js.
const (
	unit                                           = 12
	ofPart, ofStem, ofBeginning, ofSynonym, ofTypo = 0.6, 0.8, 0.7, 0.6, 0.5
	mostEndings, mostFiles, shortest, mostMeant    = 40, 3, 4, 3
	rare, shortPart                                = 10, 3
)

// word is one of a question.
type word struct {
	term, whole string
	open        bool // it may go on
	name        bool // of the code: WhenDurable, raft_apply
}

// The expressions are those of match.js and words.js.
var (
	run       = `[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:['’][\p{L}\p{N}][\p{L}\p{N}\p{M}]*)*`
	chains    = regexp.MustCompile(run + `(?:[-_\x{2010}\x{2011}]` + run + `)*`)
	nameLike  = regexp.MustCompile(`[\p{Ll}\p{Nd}]\p{Lu}|[\p{L}\p{N}]_[\p{L}\p{N}]`)
	composite = regexp.MustCompile(`^[a-z]{6,}$`)
)

func asked(text string) (all []word) {
	var words []search.Word
	var names []bool
	for _, chain := range chains.FindAllString(text, -1) {
		for _, w := range search.Words(chain) {
			words, names = append(words, w), append(names, w.Whole != "" && nameLike.MatchString(chain))
		}
	}
	last, _ := utf8.DecodeLastRuneInString(text)
	ended := text == "" || !(unicode.IsLetter(last) || unicode.IsNumber(last) || unicode.IsMark(last))
	for n, w := range words {
		open := n == len(words)-1 && !ended
		parts := w.Parts
		pairs := len(parts) > 0 && w.Whole == "" && isPairs(parts)
		if pairs && len(parts) > 1 {
			parts = slices.DeleteFunc(slices.Clone(parts), func(p string) bool { return utf8.RuneCountInString(p) < 2 })
		}
		for i, p := range parts {
			all = append(all, word{p, w.Whole, open && i == len(parts)-1 && (!pairs || len(parts) == 1), names[n]})
		}
	}
	return all
}

func isPairs(parts []string) bool {
	return slices.ContainsFunc(parts, func(p string) bool {
		r, _ := utf8.DecodeRuneInString(p)
		return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai)
	})
}

type match struct {
	word       word
	weights    map[int]float64
	identified map[int]bool
	df         int
	cut        bool
	named      bool // it is the whole name
}

// term is what was found: the whole name, or the word by itself.
func (m *match) term() string {
	if m.named {
		return m.word.whole
	}
	return m.word.term
}

func (m *match) add(l *list, share float64) {
	for i, s := range l.sections {
		m.weights[s] = max(m.weights[s], share*float64(l.impacts[i])/unit)
		if share == 1 && int(l.impacts[i]) >= search.IDImpact {
			m.identified[s] = true
		}
	}
}

func (r *Reader) match(w word) *match {
	m := &match{word: w, weights: make(map[int]float64), identified: make(map[int]bool)}
	f := r.terms(placeIn(r.c.terms, w.term))
	var whole *list
	if w.whole != "" {
		whole = r.listOf(w.whole)
	}
	if whole != nil && w.name {
		m.add(whole, 1)
		m.df, m.cut, m.named = whole.df, whole.df > r.c.most, true
		return m
	}
	exact := 1.0
	if whole != nil {
		exact = ofPart
		m.add(whole, 1)
	}
	if l := f.words[w.term]; l != nil {
		m.add(l, exact)
		m.df = l.df
	}
	spread := f.beginnings[w.term]
	root := stem(w.term)
	near := root[:max(min(3, len(root)), len(root)-1)]
	var endings []*list
	for _, other := range f.order {
		switch l := f.words[other]; {
		case other == w.term:
		case strings.HasPrefix(other, near) && stem(other) == root:
			m.add(l, ofStem)
			m.df += l.df
		case w.open && spread == nil && strings.HasPrefix(other, w.term):
			endings = append(endings, l)
		}
	}
	if w.open {
		if spread != nil {
			m.add(spread, ofBeginning)
		}
		if len(endings) > mostEndings {
			slices.SortStableFunc(endings, func(a, b *list) int { return b.df - a.df })
			endings = endings[:mostEndings]
		}
		for _, l := range endings {
			m.add(l, ofBeginning)
		}
	}
	if m.df < rare && w.whole == "" && composite.MatchString(w.term) {
		r.addApart(m, f)
	}
	if len(m.weights) == 0 {
		for _, other := range r.meant(w) {
			if l := r.listOf(other); l != nil {
				m.add(l, ofTypo)
				m.df += l.df
			}
		}
	}
	if m.df == 0 {
		m.df = len(m.weights)
	}
	m.cut = m.df > r.c.most
	return m
}

func (r *Reader) matches(question []word) []*match {
	var all []*match
	for _, w := range question {
		all = append(all, r.match(w))
	}
	for _, group := range r.c.synonyms {
		for _, spelling := range group {
			parts := strings.Split(spelling, " ")
			for at := range question {
				if at+len(parts) > len(question) || slices.ContainsFunc(slices.Collect(indexes(len(parts))), func(k int) bool { return all[at+k].named || question[at+k].term != parts[k] }) {
					continue
				}
				for _, other := range group {
					if other != spelling {
						r.addSynonym(all[at:at+len(parts)], strings.Split(other, " "))
					}
				}
				break
			}
		}
	}
	n := 0 // a name of several parts was found as one
	return slices.DeleteFunc(all, func(m *match) bool {
		n++
		return m.named && n > 1 && question[n-2].whole == m.word.whole
	})
}

// addApart finds a word that is written as two: "hotroom". The first is looked for in
// the file that is there anyway.
func (r *Reader) addApart(m *match, f *termFile) {
	t, found := m.word.term, len(m.weights)
	for at := len(t) - shortPart; at >= shortPart && len(m.weights) == found; at-- {
		if f.words[t[:at]] != nil {
			r.addSynonym([]*match{m}, []string{t[:at], t[at:]})
		}
	}
}

func indexes(n int) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func (r *Reader) addSynonym(to []*match, terms []string) {
	var lists []*list
	for _, t := range terms {
		l := r.listOf(t)
		if l == nil {
			return
		}
		lists = append(lists, l)
	}
	both := &list{}
	for i, s := range lists[0].sections {
		if !slices.ContainsFunc(lists[1:], func(l *list) bool { return !slices.Contains(l.sections, s) }) {
			both.sections, both.impacts = append(both.sections, s), append(both.impacts, lists[0].impacts[i])
		}
	}
	for _, m := range to {
		m.add(both, ofSynonym)
		if m.df == 0 {
			m.df = len(both.sections)
		}
	}
}

var small = regexp.MustCompile(`^[a-z]{4,}$`)

func stem(w string) string {
	if !small.MatchString(w) {
		return w
	}
	s := w
	has := func(endings ...string) bool {
		return slices.ContainsFunc(endings, func(e string) bool { return strings.HasSuffix(s, e) })
	}
	switch {
	case has("ies", "ied"):
		s = s[:len(s)-3] + "y"
	case has("ses", "xes", "zes", "ches", "shes"):
		s = s[:len(s)-2]
	case has("s") && !has("ss", "us", "is"):
		s = s[:len(s)-1]
	}
	switch {
	case has("ing") && len(s) >= 6:
		s = single(s[:len(s)-3])
	case has("ed") && !has("eed") && len(s) >= 5:
		s = single(s[:len(s)-2])
	}
	if len(s) > 3 {
		s = strings.TrimSuffix(s, "e")
	}
	return s
}

// single makes one of a letter that is doubled at the end.
func single(s string) string {
	if n := len(s); n > 1 && s[n-1] == s[n-2] && !strings.ContainsRune("lsz", rune(s[n-1])) {
		return s[:n-1]
	}
	return s
}
