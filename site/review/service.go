package review

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"lockstep/site/review/display"
	"lockstep/site/review/event"
	"lockstep/site/review/refusal"
	"lockstep/site/review/state"
	"lockstep/site/review/store"
)

// Options configure a [Service].
type Options struct {
	Log       store.Log
	Keys      store.Keys
	Revisions *store.Revisions
	Logger    *slog.Logger
	// Sign signs a message as the word of a person, by their id. Without it verdicts
	// are not signed.
	Sign func(ctx context.Context, person string, message []byte) (string, error)
	// Apply writes an edit into its source and commits it; nil where the server has no
	// repository that is its user's. Its error is shown to who asked.
	Apply func(context.Context, SourceEdit) (commit string, err error)
	// Salt gives the salt of the commitment to an event's text. Without it salts are
	// random, so that a text cannot be guessed from its commitment.
	Salt func(page string, e event.Event) [16]byte
	Now  func() time.Time // default: time.Now
}

// Service is the reviews of a site. Its methods may be called from any
// goroutine.
type Service struct {
	o     Options
	mu    sync.Mutex
	pages map[string]*page

	applying sync.Mutex // one edit of a source at a time
}

// page is the state of a page and what was worked out to show it.
type page struct {
	mu      sync.Mutex
	name    string
	state   *state.State
	shown   *display.Cache
	keys    map[uint64]string // ids of keys, by the number of the event
	wiped   int               // how many of those that were redacted have no key any more
	rebuilt int               // as the state's was when they were counted

	// writing is held by whoever appends. An event that is signed names its parents
	// before it is in the log, so nobody else may append meanwhile.
	writing sync.RWMutex
}

// Open reads the whole log and checks it. An entry that cannot be read or a body
// that does not open is an error: a store that lies must not be served.
func Open(ctx context.Context, o Options) (*Service, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Service{o: o, pages: make(map[string]*page)}
	pages, err := s.known(ctx)
	if err != nil {
		return nil, fmt.Errorf("open reviews: %w", err)
	}
	for _, p := range pages {
		if n := len(p.state.Missing()); n > 0 {
			return nil, fmt.Errorf("open reviews: %s: the keys of comments are lost: %d", p.name, n)
		}
	}
	return s, nil
}

func (s *Service) page(name string) *page {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.pages[name]
	if p == nil {
		p = &page{name: name, state: state.New(), shown: display.NewCache(), keys: make(map[uint64]string)}
		p.state.Page = name
		s.pages[name] = p
	}
	return p
}

// known gives the pages that have events, sorted by name, as the log has them.
func (s *Service) known(ctx context.Context) (pages []*page, err error) {
	names, err := s.o.Log.Pages(ctx)
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	for _, name := range names {
		p := s.page(name)
		if err := s.advance(ctx, p); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		p.mu.Lock()
		n := p.state.N
		p.mu.Unlock()
		if n > 0 {
			pages = append(pages, p)
		}
	}
	return pages, nil
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

// append puts one event into the log of a page and waits for what became of it.
// It is the only way in. For an id that the page has already, again is true and
// nothing is written.
func (s *Service) append(ctx context.Context, p *page, e event.Event, text *string) (n uint64, again bool, err error) {
	signs := s.o.Sign != nil && s.deciding(p, e)
	if signs {
		p.writing.Lock()
		defer p.writing.Unlock()
	} else {
		p.writing.RLock()
		defer p.writing.RUnlock()
	}
	if err := s.advance(ctx, p); err != nil {
		return 0, false, err
	}
	if n, ok, err := p.before(e); ok {
		return n, true, err
	}
	var r store.Record
	if text != nil {
		salt := event.NewSalt()
		if s.o.Salt != nil {
			salt = s.o.Salt(p.name, e)
		}
		if err := r.Seal(ctx, s.o.Keys, p.name, e.ID, *text, salt); err != nil {
			return 0, false, err
		}
		e.Body = event.Commit(salt[:], *text)
	}
	r.Event = e.Encode()
	if signs {
		if err := s.sign(ctx, p, e, &r); err != nil {
			return 0, false, err
		}
	}
	n, err = s.o.Log.Append(ctx, p.name, e.ID, r.Encode())
	if err != nil {
		return 0, false, fmt.Errorf("append to the log: %w", err)
	}
	if err := s.advance(ctx, p); err != nil {
		return 0, false, err
	}
	_, _, err = p.before(e)
	return n, false, err
}

// before says what became of an event that is in the log.
func (p *page) before(e event.Event) (n uint64, ok bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	was, ok := p.state.Outcome(e.ID)
	switch {
	case !ok:
		return 0, false, nil
	case was.Actor != e.Actor.ID:
		return was.N, true, refusal.Conflict("id-taken", "the id is taken by somebody else")
	case was.Refusal != nil:
		return was.N, true, was.Refusal
	}
	return was.N, true, nil
}

func (s *Service) now() time.Time { return s.o.Now().UTC().Truncate(time.Millisecond) }
