package review

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"lockstep/site/review/display"
	"lockstep/site/review/event"
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
		if p.number() > 0 {
			pages = append(pages, p)
		}
	}
	return pages, nil
}

func (s *Service) now() time.Time { return s.o.Now().UTC().Truncate(time.Millisecond) }
