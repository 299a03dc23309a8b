package review

import (
	"context"

	"lockstep/site/review/subject"
)

// find gives the page as the log has it, up to date: under the name that it has, or
// under one that it had before its file was renamed. A review goes on under the name
// under which it began, so nothing in the log is ever written anew.
func (s *Service) find(ctx context.Context, d subject.Page) (*page, subject.Page, error) {
	p := s.page(d.Name)
	for _, name := range d.Names() {
		was := s.page(name)
		if err := s.advance(ctx, was); err != nil {
			return nil, d, err
		}
		was.mu.Lock()
		begun := was.state.N > 0
		was.mu.Unlock()
		if begun {
			p = was
			break
		}
	}
	d.Name = p.name
	return p, d, nil
}
