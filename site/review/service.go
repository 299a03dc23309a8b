package review

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"lockstep/site"
	"lockstep/site/review/access"
	"lockstep/site/review/anchor"
)

// Options configure a [Service].
type Options struct {
	Log       Log
	Keys      Keys
	Revisions *Revisions
	Pages     Pages
	Who       access.Identifier
	Logger    *slog.Logger
	// Sign signs a message as the word of a person, by their id. Without it verdicts
	// are not signed.
	Sign func(ctx context.Context, person string, message []byte) (string, error)
	Now  func() time.Time // default: time.Now
	// Done ends the streams.
	Done <-chan struct{}
}

// Service is the reviews of a site. Its methods may be called from any
// goroutine.
type Service struct {
	o     Options
	mu    sync.Mutex
	pages map[string]*page

	following followers
	previews  *access.Allowance
}

// page is the state of a page and the texts of its placements.
type page struct {
	mu     sync.Mutex
	name   string
	state  *State
	placed map[placement]anchor.Placement
	// rendered keeps comments as HTML, by their source. A redaction empties it.
	rendered map[string]site.HTML
	keys     map[uint64]string // ids of keys, by the number of the event
	wiped    int               // how many of state.shredded have no key any more
	rebuilt  int               // as state.rebuilt was when they were counted

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
	s := &Service{o: o, pages: make(map[string]*page), previews: access.NewAllowance(previewShare, previewAtOnce, o.Now)}
	pages, err := s.known(ctx)
	if err != nil {
		return nil, fmt.Errorf("open reviews: %w", err)
	}
	for _, p := range pages {
		if n := len(p.state.missing()); n > 0 {
			return nil, fmt.Errorf("open reviews: %s: the keys of %s are lost", p.name, plural(n, "comment", "comments"))
		}
	}
	return s, nil
}

func (s *Service) page(name string) *page {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.pages[name]
	if p == nil {
		p = &page{name: name, state: NewState(), placed: make(map[placement]anchor.Placement), rendered: make(map[string]site.HTML), keys: make(map[uint64]string)}
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
	items := make([]*item, 0, len(batch))
	for i, data := range batch {
		n := p.state.N + uint64(i) + 1
		e, r, err := decodeRecord(data)
		if err != nil {
			return fmt.Errorf("event #%d: %w", n, err)
		}
		it := &item{raw: r.Event, e: e, parents: r.Parents, signature: r.Signature}
		if e.Body != "" {
			p.keys[n] = keyID(p.name, e.ID, r.Key)
			if it.body, err = s.open(ctx, p, e, r); err != nil {
				return fmt.Errorf("event #%d: %w", n, err)
			}
		}
		items = append(items, it)
	}
	if err := p.state.join(items); err != nil {
		return fmt.Errorf("events #%d to #%d: %w", items[0].n, p.state.N, err)
	}
	return nil
}

func (s *Service) open(ctx context.Context, p *page, e Event, r record) (*Body, error) {
	id := keyID(p.name, e.ID, r.Key)
	key, ok, err := s.o.Keys.Get(ctx, id)
	if err != nil || !ok {
		return nil, err
	}
	text, err := unseal(key, id, r.Sealed)
	if err != nil {
		return nil, err
	}
	body := &Body{Text: text, Salt: fmt.Sprintf("%x", key.Salt[:])}
	if !e.opens(*body) {
		return nil, errors.New("the body is not the one that the event commits to")
	}
	return body, nil
}

// shred destroys the keys of bodies that were redacted. It does so again after a
// restart, so that a crash between the event and this leaves nothing.
func (s *Service) shred(p *page) error {
	if p.rebuilt != p.state.rebuilt {
		p.rebuilt, p.wiped = p.state.rebuilt, 0 // the list is in another order
	}
	if p.wiped < len(p.state.shredded) {
		clear(p.rendered)
	}
	for ; p.wiped < len(p.state.shredded); p.wiped++ {
		it := p.state.items[p.state.shredded[p.wiped]]
		for _, n := range append([]uint64{it.n}, it.copies...) {
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

func keyID(page, event, key string) string {
	if key == "" {
		return page + " " + event
	}
	return page + " " + event + " " + key
}

// append puts one event into the log of a page and waits for what became of it.
// It is the only way in. For an id that the page has already, again is true and
// nothing is written.
func (s *Service) append(ctx context.Context, p *page, e Event, text *string) (n uint64, again bool, err error) {
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
	var r record
	if text != nil {
		r.Key = newID()
		key, id := newKey(), keyID(p.name, e.ID, r.Key)
		if err := s.o.Keys.Put(ctx, id, key); err != nil {
			return 0, false, err
		}
		e.Body = commit(key.Salt[:], *text)
		r.Sealed = seal(key, id, *text)
	}
	r.Event = e.encode()
	if signs {
		if err := s.sign(ctx, p, e, &r); err != nil {
			return 0, false, err
		}
	}
	n, err = s.o.Log.Append(ctx, p.name, e.ID, r.encode())
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
func (p *page) before(e Event) (n uint64, ok bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	was, ok := p.state.events[e.ID]
	switch {
	case !ok:
		return 0, false, nil
	case was.actor != e.Actor.ID:
		return was.n, true, conflict("id-taken", "the id is taken by somebody else")
	case was.refusal != nil:
		return was.n, true, was.refusal
	}
	return was.n, true, nil
}

func (s *Service) now() time.Time { return s.o.Now().UTC().Truncate(time.Millisecond) }
