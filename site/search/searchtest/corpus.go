package searchtest

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"

	"lockstep/site"
	"lockstep/site/search"
)

// Corpus makes texts in which words are as frequent as in a language: the word of
// rank n has a share of 1/n.
type Corpus struct {
	r     *rand.Rand
	Words []string // the most frequent first
	sums  []float64
}

// NewCorpus has a vocabulary of n words.
func NewCorpus(n int) *Corpus {
	c := &Corpus{r: rand.New(rand.NewPCG(7, 11))}
	syllables := strings.Fields("ka lo mi ter sen dor pa ri con ex pre ant ol ing ver sta tru mon ble qui")
	seen := make(map[string]bool)
	sum := 0.0
	for len(c.Words) < n {
		var b strings.Builder
		for range 2 + c.r.IntN(3) {
			b.WriteString(syllables[c.r.IntN(len(syllables))])
		}
		if word := b.String(); !seen[word] {
			seen[word] = true
			c.Words = append(c.Words, word)
			sum += 1 / float64(len(c.Words)+2)
			c.sums = append(c.sums, sum)
		}
	}
	return c
}

// word is one of the words by its frequency; rare ones come from the whole list.
func (c *Corpus) word() string {
	x := c.r.Float64() * c.sums[len(c.sums)-1]
	low, high := 0, len(c.sums)
	for low < high {
		if middle := (low + high) / 2; c.sums[middle] < x {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return c.Words[min(low, len(c.Words)-1)]
}

func (c *Corpus) text(n int) string {
	words := make([]string, n)
	for i := range words {
		words[i] = c.word()
	}
	return strings.Join(words, " ")
}

// Page is the i-th page: every tenth is a decision.
func (c *Corpus) Page(i int) search.Page {
	p := search.Page{Path: fmt.Sprintf("/part-%02d/page-%04d/", i%20, i), Title: c.text(4), Summary: c.text(8), Kind: "Text", Tags: []string{c.Words[i%40]}, Date: fmt.Sprintf("20%02d-01-02", i%9+17)}
	if i%10 == 0 {
		p.ID, p.Kind, p.Status, p.Series, p.Deciders = fmt.Sprintf("ADR-%04d", i/10), "Decision", "accepted", "Decisions", []string{"Person " + c.Words[i%70]}
	}
	for s := range 7 {
		section := site.Section{Text: c.text(45)}
		if s > 0 {
			section.ID, section.Heading = fmt.Sprintf("s%d", s), c.text(3)
		}
		p.Sections = append(p.Sections, section)
	}
	return p
}

// Big is the index of a site of 5,000 pages and a million and a half words.
var Big = sync.OnceValues(func() (*search.Index, *Corpus) {
	c := NewCorpus(60_000)
	pages := make([]search.Page, 5000)
	for i := range pages {
		pages[i] = c.Page(i)
	}
	prepared := make([]*search.Prepared, len(pages))
	var wait sync.WaitGroup
	for w := range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for i := w; i < len(pages); i += runtime.GOMAXPROCS(0) {
				prepared[i] = search.Prepare(pages[i])
			}
		})
	}
	wait.Wait()
	return search.Build(prepared, nil), c
})
