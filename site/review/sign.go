package review

import (
	"context"
	"net/http"
	"strings"

	"lockstep/site/review/entry"
	"lockstep/site/review/event"
	"lockstep/site/review/refusal"
	"lockstep/site/review/store"
)

// deciding says whether an event decides something: a verdict, or the end of what
// blocks one.
func (s *Service) deciding(p *page, e event.Event) bool {
	switch e.Type {
	case event.ReviewSubmitted, event.ReviewWithdrawn:
		return true
	case event.ThreadResolved:
		p.mu.Lock()
		defer p.mu.Unlock()
		t := p.state.Thread(e.Thread)
		return t != nil && t.Intent == event.Blocking
	}
	return false
}

// sign names the parents of an event, and signs it.
func (s *Service) sign(ctx context.Context, p *page, e event.Event, r *store.Record) error {
	p.mu.Lock()
	r.Parents = p.state.Heads()
	p.mu.Unlock()
	text, err := s.o.Sign(ctx, e.Actor.ID, entry.Message(entry.Line{Page: p.name, Parents: r.Parents, Event: r.Event}.ID()))
	if err != nil {
		s.o.Logger.Error("sign a verdict", "page", p.name, "error", err)
		return refusal.New(http.StatusServiceUnavailable, "not-signed", "it was not signed, so nothing was written: %s", firstLine(err.Error()))
	}
	r.Signature = text
	return nil
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
