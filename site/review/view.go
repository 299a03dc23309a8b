package review

import (
	"context"
	"crypto/rand"

	"lockstep/site"
	"lockstep/site/review/access"
	"lockstep/site/review/display"
	"lockstep/site/review/subject"
)

// Review is what a page shows of its review, to somebody.
func (s *Service) Review(ctx context.Context, d subject.Page, a access.Actor) (*site.Review, error) {
	s.o.Revisions.Saw(d.Doc())
	d = s.Named(ctx, d)
	p := s.page(d.Name)
	if err := s.advance(ctx, p); err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.shown.Show(p.state, d, s.o.Revisions, a)
	r.Live, r.Nonce = true, rand.Text()
	r.You = site.Reviewer{ID: a.ID, Name: a.Name, Local: a.Local, Again: s.signInAgain(a)}
	if a.ID != "" {
		r.You.Role = a.Role.String()
	}
	r.Last = d.Trust.Last(r.Approvers, a)
	for i, t := range r.Threads {
		r.Threads[i].May = s.may(a, p.state.Thread(t.ID))
	}
	return r, nil
}

// List is what is open on the pages, and what of it waits for somebody.
func (s *Service) List(ctx context.Context, documents []subject.Page, a access.Actor) (*site.ReviewList, error) {
	var l display.List
	pages, err := s.known(ctx)
	if err != nil {
		return nil, err
	}
	byName := make(map[string]*page)
	for _, p := range pages {
		byName[p.name] = p
	}
	for _, d := range documents {
		p := byName[s.Named(ctx, d).Name]
		if p == nil {
			continue
		}
		p.mu.Lock()
		l.Add(p.state, d, a)
		p.mu.Unlock()
	}
	return l.Sorted(), nil
}
