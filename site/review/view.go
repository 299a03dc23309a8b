package review

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"

	"lockstep/site"
	"lockstep/site/review/access"
	"lockstep/site/review/display"
	"lockstep/site/review/state"
	"lockstep/site/review/subject"
)

// Review is what a page shows of its review, to somebody.
func (s *Service) Review(ctx context.Context, d subject.Page, a access.Actor) (*site.Review, error) {
	s.o.Revisions.Saw(d.Doc())
	found, err := s.find(ctx, d)
	if err != nil {
		return nil, err
	}
	d.Name = found[0].name
	var r *site.Review
	found.read(func(sum *state.State) {
		r = found[0].shown.Show(sum, d, s.o.Revisions, a)
		for i, t := range r.Threads {
			r.Threads[i].May = s.may(a, sum.Thread(t.ID))
		}
	})
	r.Live, r.Nonce = true, rand.Text()
	r.You = site.Reviewer{ID: a.ID, Name: a.Name, Local: a.Local, Again: s.signInAgain(a)}
	if a.ID != "" {
		r.You.Role = a.Role.String()
	}
	r.Last = d.Trust.Last(r.Approvers, a)
	return r, nil
}

// List is what is open on the pages, and what of it waits for somebody.
func (s *Service) List(ctx context.Context, documents []subject.Page, a access.Actor) (*site.ReviewList, error) {
	var l display.List
	pages, err := s.known(ctx)
	if err != nil {
		return nil, err
	}
	for _, d := range documents {
		var found logs
		for _, name := range d.Names() {
			if i, ok := slices.BinarySearchFunc(pages, name, func(p *page, name string) int { return strings.Compare(p.name, name) }); ok {
				found = append(found, pages[i])
			}
		}
		if len(found) > 0 {
			found.read(func(sum *state.State) { l.Add(sum, d, a) })
		}
	}
	return l.Sorted(), nil
}
