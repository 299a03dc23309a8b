package search_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"lockstep/site"
	"lockstep/site/search"
	"lockstep/site/search/searchtest"
)

// TestBudget: on a site of 5,000 pages no question fetches more than 150 kB, the
// catalogue, titles and excerpts included; and one that is typed letter by letter, with
// answers on the way, not either.
func TestBudget(t *testing.T) {
	const budget = 150_000
	index, c := searchtest.Big()
	ask := func(questions ...string) int {
		t.Helper()
		r, err := searchtest.Open(index.File)
		if err != nil {
			t.Fatal(err)
		}
		last := questions[len(questions)-1]
		for _, q := range questions[:len(questions)-1] {
			r.Type(q)
		}
		if len(r.Ask(last)) == 0 {
			t.Errorf("%q finds nothing", last)
		}
		if r.Fetched > budget {
			t.Errorf("%q fetches %d bytes in %d files", last, r.Fetched, r.Files)
		}
		return r.Fetched
	}
	most := 0
	note := func(n int) { most = max(most, n) }
	typo := func(word string) string { return word[:1] + word[2:3] + word[1:2] + word[3:] }
	for i := range 15 {
		frequent, usual, rare := c.Words[i], c.Words[200+i*13], c.Words[20_000+i*777]
		note(ask(frequent))
		note(ask(frequent + " " + usual))
		note(ask(frequent + " " + usual + " " + c.Words[900+i] + " " + rare))
		note(ask(rare[:3]))
		note(ask(fmt.Sprint(i)))
		if len(usual) > 5 && len(rare) > 5 && usual[1] != usual[2] && rare[1] != rare[2] {
			note(ask(typo(usual) + " " + typo(rare)))
		}
	}
	t.Logf("the dearest question fetches %d bytes; the index has %d bytes in %d files, the catalogue %d", most, index.Bytes(), len(index.Names()), len(index.File(search.CatalogueName)))

	typed := 0
	for i := range 8 {
		question := c.Words[300+i*17] + " " + c.Words[40+i]
		var steps []string
		for n := range question {
			if n > 0 {
				steps = append(steps, question[:n])
			}
		}
		typed = max(typed, ask(append(steps, question)...))
	}
	t.Logf("the dearest question that is typed letter by letter fetches %d bytes", typed)
}

// TestBuild_same: the order in which pages were read leaves no trace.
func TestBuild_same(t *testing.T) {
	c := searchtest.NewCorpus(2000)
	var one, two []*search.Prepared
	var pages []search.Page
	for i := range 60 {
		pages = append(pages, c.Page(i))
	}
	for i := range pages {
		one = append(one, search.Prepare(pages[i]))
	}
	for i := range pages {
		k := len(pages) - 1 - i
		two = append([]*search.Prepared{search.Prepare(pages[k])}, two...)
	}
	a, b := search.Build(one, nil), search.Build(two, nil)
	for _, name := range a.Names() {
		if string(a.File(name)) != string(b.File(name)) {
			t.Errorf("%s differs", name)
		}
	}
}

// TestTypo: one typo in any place of a word leaves it findable, whichever typo it is.
func TestTypo(t *testing.T) {
	index, c := searchtest.Big()
	r, err := searchtest.Open(index.File)
	if err != nil {
		t.Fatal(err)
	}
	found, tried := 0, 0
	for i := range 10 {
		word := c.Words[500+i*31]
		for at := 1; at < len(word); at++ {
			for _, wrong := range []string{word[:at] + word[at+1:], word[:at] + "z" + word[at:], word[:at] + "z" + word[at+1:], word[:at-1] + word[at:at+1] + word[at-1:at] + word[at+1:]} {
				if len(wrong) < 4 || wrong == word {
					continue
				}
				tried++
				if r.Means(wrong, word) {
					found++
				}
			}
		}
	}
	t.Logf("%d of %d", found, tried)
	if found < tried*97/100 {
		t.Errorf("%d of %d words with a typo are found", found, tried)
	}
}

// TestCommon: a question of words that every section has is answered.
func TestCommon(t *testing.T) {
	var pages []*search.Prepared
	for i := range 80 {
		pages = append(pages, search.Prepare(search.Page{Path: fmt.Sprintf("/p%d/", i), Title: "Same", Sections: []site.Section{{Text: "the same words " + strings.Repeat("the ", i)}}}))
	}
	r, err := searchtest.Open(search.Build(pages, nil).File)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{"the", "the same", "same nowhere"} {
		if n := len(r.Ask(q)); n != 80 {
			t.Errorf("%q finds %d pages", q, n)
		}
	}
	if math.MaxUint8 < search.IDImpact {
		t.Error("an identifier does not fit into an impact")
	}
}
