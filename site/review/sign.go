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

// mayDecide says whether events of a kind can decide something: a verdict, or the end
// of what blocks one.
func mayDecide(kind event.Type) bool {
	return kind == event.ReviewSubmitted || kind == event.ReviewWithdrawn || kind == event.ThreadResolved
}

// decides says whether an event decides something.
func (p *page) decides(e event.Event) bool {
	if e.Type != event.ThreadResolved {
		return mayDecide(e.Type)
	}
	t, err := p.thread(e.Thread)
	return err == nil && t.Intent == event.Blocking
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
