package markdown

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"lockstep/site"
)

// Terms finds glossary terms in running text. It does not change after NewTerms.
type Terms struct {
	byFirst map[string][]phrase // by first word, in lower case; longest first
}

type phrase struct {
	words []string
	term  site.Term
}

// NewTerms prepares the terms of a glossary, with their aliases and plain
// plurals.
func NewTerms(terms []site.Term) *Terms {
	t := &Terms{byFirst: make(map[string][]phrase)}
	for _, term := range terms {
		for _, spelling := range append([]string{term.Name}, term.Aliases...) {
			t.add(spelling, term)
			if !strings.HasSuffix(spelling, "s") {
				t.add(spelling+"s", term)
			}
		}
	}
	for _, phrases := range t.byFirst {
		for i := range phrases {
			for j := i + 1; j < len(phrases); j++ {
				if len(phrases[j].words) > len(phrases[i].words) {
					phrases[i], phrases[j] = phrases[j], phrases[i]
				}
			}
		}
	}
	return t
}

func (t *Terms) add(spelling string, term site.Term) {
	words := strings.Fields(strings.ToLower(spelling))
	if len(words) > 0 {
		t.byFirst[words[0]] = append(t.byFirst[words[0]], phrase{words, term})
	}
}

// found is a term in a text.
type found struct {
	start, end int
	term       site.Term
}

// find gives the terms in text that are not in seen, and adds them to it.
func (t *Terms) find(text string, seen map[string]bool) (all []found) {
	if t == nil {
		return nil
	}
	for i := 0; i < len(text); {
		start, end := nextWord(text, i)
		if start < 0 {
			return all
		}
		i = end
		for _, p := range t.byFirst[strings.ToLower(text[start:end])] {
			if seen[p.term.Anchor] {
				continue
			}
			if stop, ok := p.match(text, start); ok {
				seen[p.term.Anchor] = true
				all = append(all, found{start, stop, p.term})
				i = stop
				break
			}
		}
	}
	return all
}

// match compares the phrase with the text from start on.
func (p phrase) match(text string, start int) (end int, ok bool) {
	at := start
	for n, word := range p.words {
		s, e := nextWord(text, at)
		if s < 0 || !strings.EqualFold(text[s:e], word) || (n > 0 && strings.TrimSpace(text[at:s]) != "") {
			return 0, false
		}
		at = e
	}
	return at, true
}

// nextWord is the next run of letters, digits and hyphens.
func nextWord(text string, from int) (start, end int) {
	start = -1
	for i := from; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		inside := unicode.IsLetter(r) || unicode.IsDigit(r) || (r == '-' && start >= 0)
		switch {
		case inside && start < 0:
			start = i
		case !inside && start >= 0:
			return start, i
		}
		i += size
	}
	if start < 0 {
		return -1, -1
	}
	return start, len(text)
}
