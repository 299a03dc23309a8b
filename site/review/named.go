package review

import "context"

// named is the document under the name by which the log has its review: the one that
// it has, or one that it had before its file was renamed. A review goes on under the
// name under which it began, so nothing in the log is ever written anew.
func (s *Service) named(ctx context.Context, d Document) Document {
	if len(d.Former) == 0 {
		return d
	}
	for _, name := range append([]string{d.Page}, d.Former...) {
		p := s.page(name)
		if s.advance(ctx, p) != nil {
			return d // whoever asks the log next is told why
		}
		p.mu.Lock()
		begun := p.state.N > 0
		p.mu.Unlock()
		if begun {
			d.Page = name
			return d
		}
	}
	return d
}
