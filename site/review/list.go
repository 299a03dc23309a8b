package review

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"lockstep/site"
	"lockstep/site/markdown"
	"lockstep/site/review/access"
)

// List is what is open on all pages, and what of it waits for somebody.
func (s *Service) List(ctx context.Context, a access.Actor) (*site.ReviewList, error) {
	var l lister
	pages, err := s.known(ctx)
	if err != nil {
		return nil, err
	}
	byName := make(map[string]*page)
	for _, p := range pages {
		byName[p.name] = p
	}
	for _, d := range s.o.Pages.Documents() {
		p := byName[s.named(ctx, d).Page]
		if p == nil {
			continue
		}
		p.mu.Lock()
		l.add(p.state, d, a)
		p.mu.Unlock()
	}
	return l.list(), nil
}

// OpenThreads is List for reviews that were read from files.
func OpenThreads(states map[string]*State, documents []Document) *site.ReviewList {
	var l lister
	for _, d := range documents {
		if s := d.In(states); s != nil {
			l.add(s, d, access.Actor{})
		}
	}
	return l.list()
}

type lister struct{ turn, open []listed }

type listed struct {
	site.ListedThread
	blocking bool
	n        uint64
}

// add lists the open threads of a page. It is somebody's turn if they took part
// in a thread and others spoke last, or if they decide and have not judged the
// text as it is.
func (l *lister) add(s *State, d Document, a access.Actor) {
	for _, t := range s.threads {
		if t.End != nil {
			continue
		}
		last := t.Comments[len(t.Comments)-1]
		text := beginning(last.Body)
		if last.Redacted {
			text = "(redacted)"
		}
		item := listed{site.ListedThread{Path: d.Path, Fragment: threadID(t.ID), Title: d.Title, Intent: string(t.Intent), Text: markdown.Visible(text),
			Who: markdown.Visible(last.Author.Name) + ", " + last.Created.Format("2 Jan 2006")}, t.Intent == Blocking, last.N}
		l.open = append(l.open, item)
		if a.ID == "" || last.Author.ID == a.ID {
			continue
		}
		if slices.ContainsFunc(t.Comments, func(c *Comment) bool { return c.Author.ID == a.ID }) {
			item.Why = "others spoke last in a thread of yours"
			l.turn = append(l.turn, item)
		}
	}
	for _, name := range d.Approvers {
		if !d.Trust.decides(name, a) {
			continue
		}
		i := slices.IndexFunc(s.verdicts, func(v *Vote) bool { return v.By.ID == a.ID && v.decides() })
		if i >= 0 && s.verdicts[i].Revision == d.Revision {
			continue
		}
		why := "you decide, and have not judged it"
		if i >= 0 {
			why = "the text has changed since you judged it"
		}
		l.turn = append(l.turn, listed{ListedThread: site.ListedThread{Path: d.Path, Fragment: "review", Title: d.Title, Why: why}})
	}
}

// list puts blocking threads first, then what was said last.
func (l *lister) list() *site.ReviewList {
	sorted := func(items []listed) (out []site.ListedThread) {
		slices.SortStableFunc(items, func(a, b listed) int {
			if a.blocking != b.blocking {
				if a.blocking {
					return -1
				}
				return 1
			}
			return cmp.Or(cmp.Compare(b.n, a.n), strings.Compare(a.Path, b.Path))
		})
		for _, item := range items {
			out = append(out, item.ListedThread)
		}
		return out
	}
	return &site.ReviewList{Turn: sorted(l.turn), Open: sorted(l.open)}
}
