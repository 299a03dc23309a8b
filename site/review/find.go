package review

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"lockstep/site/review/state"
	"lockstep/site/review/subject"
)

// logs are those that a page has: one for each name under which it was reviewed,
// since two branches may go on under two names after its file was renamed. What is
// said about a thread goes where the thread is; what is new, to the first. Nothing in
// a log is ever written anew.
type logs []*page

// find gives the logs of a page, up to date: those that have events, or else the one
// of the name that it has.
func (s *Service) find(ctx context.Context, d subject.Page) (found logs, err error) {
	for _, name := range d.Names() {
		p := s.page(name)
		if err := s.advance(ctx, p); err != nil {
			return nil, err
		}
		if p.number() > 0 {
			found = append(found, p)
		}
	}
	if len(found) == 0 {
		found = logs{s.page(d.Name)}
	}
	return found, nil
}

// where finds the log of which something is so; the first, if it is so of none.
func (l logs) where(is func(*state.State) bool) *page {
	for _, p := range l {
		p.mu.Lock()
		yes := is(p.state)
		p.mu.Unlock()
		if yes {
			return p
		}
	}
	return l[0]
}

// read shows the sum of the logs, while nothing is added to them.
func (l logs) read(use func(*state.State)) {
	locked := slices.Clone(l) // two pages that had the same names lock them in one order
	slices.SortFunc(locked, func(a, b *page) int { return strings.Compare(a.name, b.name) })
	for _, p := range locked {
		p.mu.Lock()
		defer p.mu.Unlock()
	}
	first := l[0]
	if len(l) == 1 {
		use(first.state)
		return
	}
	as, states := "", make([]*state.State, len(l))
	for i, p := range l {
		as += fmt.Sprint(p.name, " ", p.state.N, " ")
		states[i] = p.state
	}
	if first.joinedAs != as {
		first.joined, first.joinedAs = state.Join(states...), as
		first.shown.Forget() // a text in another log may have been redacted
	}
	use(first.joined)
}
