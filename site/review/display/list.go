package display

import (
	"cmp"
	"slices"
	"strings"

	"lockstep/site"
	"lockstep/site/review/access"
	"lockstep/site/review/event"
	"lockstep/site/review/state"
	"lockstep/site/review/subject"
)

// OpenThreads is what is open on the pages of reviews that were read from files.
func OpenThreads(states map[string]*state.State, documents []subject.Page) *site.ReviewList {
	var l List
	for _, d := range documents {
		if s := d.In(states); s != nil {
			l.Add(s, d, access.Actor{})
		}
	}
	return l.Sorted()
}

// List collects what is open on several pages, and what of it waits for somebody.
type List struct{ turn, open []listed }

type listed struct {
	site.ListedThread
	blocking bool
	n        uint64
}

// Add lists the open threads of a page. It is somebody's turn if they took part
// in a thread and others spoke last, or if they decide and have not judged the
// text as it is.
func (l *List) Add(s *state.State, d subject.Page, a access.Actor) {
	for _, t := range s.Threads() {
		if t.End != nil {
			continue
		}
		last := t.Comments[len(t.Comments)-1]
		text := Beginning(last.Body)
		if last.Redacted {
			text = "(redacted)"
		}
		item := listed{site.ListedThread{Path: d.Path, Fragment: ThreadID(t.ID), Title: d.Title, Intent: string(t.Intent), Text: site.Visible(text),
			Who: site.Visible(last.Author.Name) + ", " + last.Created.Format("2 Jan 2006")}, t.Intent == event.Blocking, last.N}
		l.open = append(l.open, item)
		if a.ID == "" || last.Author.ID == a.ID {
			continue
		}
		if slices.ContainsFunc(t.Comments, func(c *state.Comment) bool { return c.Author.ID == a.ID }) {
			item.Why = "others spoke last in a thread of yours"
			l.turn = append(l.turn, item)
		}
	}
	for _, name := range d.Approvers {
		if !d.Trust.Decides(name, a) {
			continue
		}
		i := slices.IndexFunc(s.Verdicts(), func(v *state.Vote) bool { return v.By.ID == a.ID && v.Decides() })
		if i >= 0 && s.Verdicts()[i].Revision == d.Revision {
			continue
		}
		why := "you decide, and have not judged it"
		if i >= 0 {
			why = "the text has changed since you judged it"
		}
		l.turn = append(l.turn, listed{ListedThread: site.ListedThread{Path: d.Path, Fragment: "review", Title: d.Title, Why: why}})
	}
}

// Sorted puts blocking threads first, then what was said last.
func (l *List) Sorted() *site.ReviewList {
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
