package review

import (
	"context"
	"slices"

	"lockstep/site/review/state"
	"lockstep/site/review/subject"
)

// Follow gives the name under which the log has a page, and the number of its newest
// event.
func (s *Service) Follow(ctx context.Context, d subject.Page) (name string, newest uint64, err error) {
	found, err := s.find(ctx, d)
	if err != nil {
		return "", 0, err
	}
	return found[0].name, found[0].number(), nil
}

// News are the accepted events of a page above a number, at most limit of
// them. The page goes by the name under which the log has it.
func (s *Service) News(ctx context.Context, name string, after uint64, limit int) ([]state.Notice, error) {
	p := s.page(name)
	if err := s.advance(ctx, p); err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.state.Since(after, limit)), nil
}

// Watch's channel is closed when a page may have more than when it was called; any
// page, if none is named.
func (s *Service) Watch(name string) <-chan struct{} { return s.o.Log.Watch(name) }
