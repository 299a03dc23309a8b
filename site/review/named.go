package review

import (
	"context"

	"lockstep/site/review/subject"
)

// Named is the document under the name by which the log has its review: the one that
// it has, or one that it had before its file was renamed. A review goes on under the
// name under which it began, so nothing in the log is ever written anew.
func (s *Service) Named(ctx context.Context, d subject.Page) subject.Page {
	if len(d.Former) == 0 {
		return d
	}
	for _, name := range append([]string{d.Name}, d.Former...) {
		p := s.page(name)
		if s.advance(ctx, p) != nil {
			return d // whoever asks the log next is told why
		}
		p.mu.Lock()
		begun := p.state.N > 0
		p.mu.Unlock()
		if begun {
			d.Name = name
			return d
		}
	}
	return d
}
