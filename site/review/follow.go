package review

import (
	"context"
	"slices"

	"lockstep/site/review/state"
)

// News are the accepted events of a page above a number, at most limit of them, and
// the number of its newest event.
func (s *Service) News(ctx context.Context, name string, after uint64, limit int) (news []state.Notice, newest uint64, err error) {
	p := s.page(name)
	if err := s.advance(ctx, p); err != nil {
		return nil, 0, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.state.Since(after, limit)), p.state.N, nil
}

// Watch's channel is closed when a page may have more than when it was called; any
// page, if none is named.
func (s *Service) Watch(name string) <-chan struct{} { return s.o.Log.Watch(name) }
