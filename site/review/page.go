package review

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"lockstep/site/review/display"
	"lockstep/site/review/refusal"
	"lockstep/site/review/state"
	"lockstep/site/review/store"
)

// page is the state of a page and what was worked out to show it.
type page struct {
	mu      sync.Mutex
	name    string
	state   *state.State
	shown   *display.Cache
	keys    map[uint64]string // ids of keys, by the number of the event
	wiped   int               // how many of those that were redacted have no key any more
	rebuilt int               // as the state's was when they were counted

	joined   *state.State // with the logs of other names of the page
	joinedAs string       // their names and numbers then

	// writing is held by whoever appends: alone, if the event is to be signed.
	writing sync.RWMutex
}

const readAtOnce = 256

// advance applies what the log has beyond the state.
func (s *Service) advance(ctx context.Context, p *page) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		batch, err := s.o.Log.Read(ctx, p.name, p.state.N, readAtOnce)
		if err != nil || len(batch) == 0 {
			return errors.Join(err, s.shred(p))
		}
		if err := s.applyAll(ctx, p, batch); err != nil {
			return err
		}
	}
}

// applyAll applies entries in order. A body without a key is one that was
// redacted: the redaction stands later in the log, or the entry is damaged.
func (s *Service) applyAll(ctx context.Context, p *page, batch [][]byte) error {
	first := p.state.N + 1
	entries := make([]state.Entry, 0, len(batch))
	for i, data := range batch {
		n := first + uint64(i)
		e, r, err := store.DecodeRecord(data)
		if err != nil {
			return fmt.Errorf("event #%d: %w", n, err)
		}
		one := state.Entry{Raw: r.Event, Event: e, Parents: r.Parents, Signature: r.Signature}
		if e.Body != "" {
			p.keys[n] = r.KeyID(p.name, e.ID)
			if one.Body, err = r.Open(ctx, s.o.Keys, p.name, e); err != nil {
				return fmt.Errorf("event #%d: %w", n, err)
			}
		}
		entries = append(entries, one)
	}
	if err := p.state.Add(entries); err != nil {
		return fmt.Errorf("events #%d to #%d: %w", first, p.state.N, err)
	}
	return nil
}

// shred destroys the keys of bodies that were redacted. It does so again after a
// restart, so that a crash between the event and this leaves nothing.
func (s *Service) shred(p *page) error {
	if p.rebuilt != p.state.Rebuilt() {
		p.rebuilt, p.wiped = p.state.Rebuilt(), 0 // the list is in another order
	}
	redacted := p.state.Redacted()
	if p.wiped < len(redacted) {
		p.shown.Forget()
	}
	for ; p.wiped < len(redacted); p.wiped++ {
		for _, n := range p.state.Numbers(redacted[p.wiped]) {
			key, ok := p.keys[n]
			if !ok {
				continue // it has no body
			}
			if err := s.o.Keys.Destroy(key); err != nil {
				return fmt.Errorf("destroy the key of a redacted comment: %w", err)
			}
		}
	}
	return nil
}

// number is that of the newest event.
func (p *page) number() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state.N
}

// thread gives a thread as it is.
func (p *page) thread(id string) (state.Thread, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if t := p.state.Thread(id); t != nil {
		return *t, nil
	}
	return state.Thread{}, refusal.NotFound("there is no such thread")
}

// comment gives a comment as it is.
func (p *page) comment(id string) (state.Comment, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c := p.state.Comment(id); c != nil {
		return *c, nil
	}
	return state.Comment{}, refusal.NotFound("there is no such comment")
}
