package review

import (
	"context"
	"fmt"

	"lockstep/site/review/entry"
)

// Lines gives everything that the log has of a page, in its order.
func (s *Service) Lines(ctx context.Context, name string) ([]entry.Line, error) {
	p := s.page(name)
	if err := s.advance(ctx, p); err != nil {
		return nil, fmt.Errorf("export %s: %w", name, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state.Lines(), nil
}

// Names lists the pages that have events, sorted.
func (s *Service) Names(ctx context.Context) (names []string, err error) {
	pages, err := s.known(ctx)
	for _, p := range pages {
		names = append(names, p.name)
	}
	return names, err
}
