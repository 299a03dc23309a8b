package searchtest

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// The shares are those of static/js/search/rank.js.
const (
	ofPage = 0.35
	common = 0.4
	few    = 50
	// atOnce is how many pages are shown, and so fetched, for a question.
	atOnce = 8
	// firstTexts is how many excerpts come before a reader stops typing.
	firstTexts = 2
)

// Answer is a page that was found.
type Answer struct {
	Head
	Old        bool
	Identified bool
	Kind       string
	Status     string
	Tags       []string
	Score      float64
	Sections   []Found // the best first

	page    int
	covered float64
	whole   bool
	found   []scored
}

// Found is a section that was found.
type Found struct{ ID, Heading, Text string }

type scored struct {
	section int
	score   float64
}

// Ask gives the pages that answer a question, the best first. What a browser shows at
// once is fetched, with its excerpts.
func (r *Reader) Ask(question string) []*Answer { return r.ask(question, math.MaxInt) }

// Type is Ask on the way to a question, while somebody types on: only the first
// excerpts are fetched.
func (r *Reader) Type(question string) []*Answer { return r.ask(question, firstTexts) }

func (r *Reader) ask(question string, texts int) []*Answer {
	answers := r.rank(r.matches(asked(question)))
	for i, a := range answers {
		if i == atOnce {
			break
		}
		a.Head = r.head(a.page)
		for _, s := range a.found {
			h := a.Head.Sections[s.section-r.c.first[a.page]]
			found := Found{ID: h[0], Heading: h[1]}
			if texts > 0 {
				found.Text = r.text(s.section)
			}
			texts--
			a.Sections = append(a.Sections, found)
		}
	}
	return answers
}

func (r *Reader) rank(all []*match) []*Answer {
	n := float64(len(r.c.pageOf))
	var known, needed []*match
	for _, m := range all {
		if len(m.weights) == 0 {
			continue
		}
		known = append(known, m)
		if n <= few || float64(m.df) <= common*n {
			needed = append(needed, m)
		}
	}
	if len(known) == 0 {
		return nil
	}
	if len(needed) == 0 {
		needed = known
	}
	idf := make(map[*match]float64)
	best := make(map[*match]map[int]float64)
	total, numbered := 0.0, false
	for _, m := range known {
		idf[m] = max(0.05, math.Log(1+(n-float64(m.df)+0.5)/(float64(m.df)+0.5)))
		best[m] = make(map[int]float64)
		for s, w := range m.weights {
			p := r.c.pageOf[s]
			best[m][p] = max(best[m][p], w)
		}
		if slices.Contains(needed, m) {
			total += idf[m]
		}
		numbered = numbered || strings.ContainsAny(m.term(), "0123456789")
	}
	numbered = numbered && len(known) == len(all)
	pages := make(map[int]*Answer)
	sections := make(map[int]bool)
	for _, m := range needed {
		for s := range m.weights {
			sections[s] = true
		}
	}
	for s := range sections {
		p := r.c.pageOf[s]
		a := pages[p]
		if a == nil {
			a = &Answer{page: p, Old: r.c.old[p], whole: true}
			for _, m := range needed {
				if _, ok := best[m][p]; ok {
					a.covered += idf[m]
				} else if !m.cut {
					a.whole = false
				}
			}
			a.covered /= total
			pages[p] = a
		}
		score, identified := 0.0, numbered
		for _, m := range known {
			w, ok := m.weights[s]
			if !ok {
				w = ofPage * best[m][p]
			}
			score += idf[m] * w
			identified = identified && m.identified[s]
		}
		a.Identified = a.Identified || identified
		a.found = append(a.found, scored{s, score})
	}
	return r.order(pages)
}

func (r *Reader) order(pages map[int]*Answer) (answers []*Answer) {
	whole, most := false, 0.0
	for _, a := range pages {
		whole, most = whole || a.whole, max(most, a.covered)
	}
	for _, a := range pages {
		if whole && !a.whole || !whole && a.covered < 0.6*most {
			continue
		}
		slices.SortFunc(a.found, func(x, y scored) int { return cmp.Or(cmp.Compare(y.score, x.score), x.section-y.section) })
		top := a.found[0].score
		a.Score = top
		for _, s := range a.found[1:min(4, len(a.found))] {
			a.Score += 0.1 * s.score
		}
		a.Score *= a.covered * a.covered
		kept := a.found[:1]
		for _, s := range a.found[1:min(3, len(a.found))] {
			if s.score > 0.5*top {
				kept = append(kept, s)
			}
		}
		a.found = kept
		a.Kind, a.Status = name(r.c.kinds, r.c.kind[a.page]), name(r.c.statuses, r.c.status[a.page])
		for _, t := range r.c.pageTags[a.page] {
			a.Tags = append(a.Tags, name(r.c.tags, t))
		}
		answers = append(answers, a)
	}
	slices.SortFunc(answers, func(a, b *Answer) int {
		return cmp.Or(truth(b.Identified)-truth(a.Identified), truth(a.Old)-truth(b.Old), cmp.Compare(b.Score, a.Score), a.page-b.page)
	})
	return answers
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

func name(names []string, id int) string {
	if id == 0 {
		return ""
	}
	return names[id-1]
}
