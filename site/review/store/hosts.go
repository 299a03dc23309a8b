package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"lockstep/site/review/anchor"
	"lockstep/site/review/event"
)

// Hosts are the other machines that keep the same log. Ask gives the answer of
// one of them, as its [Shared.Answer] gave it.
type Hosts interface {
	Others() []string
	Ask(ctx context.Context, host string, question []byte) ([]byte, error)
}

// Shared keeps on several hosts what must not be in the log: keys, because a log
// forgets nothing, and texts of revisions, because they are large and the same
// for all events.
//
// What is put or saved is on the disks of a majority when the call returns, this
// host's among them. So whatever happens to less than half of the hosts, an entry
// of the log finds its key and its text. A host that missed one asks for it when
// it needs it. Keys are destroyed by every host for itself, when it applies the
// redaction; a host that is away does so when it is back.
//
// Hosts trust each other, as voters of one log do anyway.
type Shared struct {
	keys      *KeyFile
	revisions *Revisions
	hosts     Hosts

	mu     sync.Mutex
	spread map[string]bool // revisions that a majority has
}

var _ Keys = (*Shared)(nil)

// Share makes the revisions, too, ask other hosts for what this one has not.
func Share(keys *KeyFile, revisions *Revisions, hosts Hosts) *Shared {
	s := &Shared{keys: keys, revisions: revisions, hosts: hosts, spread: make(map[string]bool)}
	revisions.shared = s
	return s
}

// askWithin bounds how long other hosts are waited for.
const askWithin = 3 * time.Second

// question is one of its fields.
type question struct {
	Put      *keyOnWire  `json:"put,omitempty"`
	Get      string      `json:"get,omitempty"`
	Save     *anchor.Doc `json:"save,omitempty"`
	Revision string      `json:"revision,omitempty"`
}

type keyOnWire struct {
	ID     string `json:"id"`
	Secret []byte `json:"secret"`
	Salt   []byte `json:"salt"`
}

type reply struct {
	Key       *keyOnWire  `json:"key,omitempty"`
	Destroyed bool        `json:"destroyed,omitempty"`
	Revision  *anchor.Doc `json:"revision,omitempty"`
}

var errQuestion = errors.New("another host asked what makes no sense")

// Answer answers another host.
func (s *Shared) Answer(data []byte) ([]byte, error) {
	var q question
	if err := json.Unmarshal(data, &q); err != nil {
		return nil, errQuestion
	}
	var a reply
	switch {
	case q.Put != nil:
		key, ok := q.Put.key()
		if !ok {
			return nil, errQuestion
		}
		if err := s.keys.Put(context.Background(), q.Put.ID, key); err != nil {
			return nil, err
		}
	case q.Get != "":
		if key, ok, err := s.keys.Get(context.Background(), q.Get); err != nil {
			return nil, err
		} else if ok {
			a.Key = &keyOnWire{q.Get, key.Secret[:], key.Salt[:]}
		}
		a.Destroyed = s.keys.destroyed(q.Get)
	case q.Save != nil:
		if !event.IsRevision(q.Save.Revision) {
			return nil, errQuestion
		}
		if err := s.revisions.save(q.Save); err != nil {
			return nil, err
		}
	case q.Revision != "":
		a.Revision = s.revisions.get(q.Revision)
	default:
		return nil, errQuestion
	}
	return json.Marshal(a)
}

func (k *keyOnWire) key() (key Key, ok bool) {
	if k.ID == "" || len(k.Secret) != len(key.Secret) || len(k.Salt) != len(key.Salt) {
		return key, false
	}
	copy(key.Secret[:], k.Secret)
	copy(key.Salt[:], k.Salt)
	return key, true
}

// Put implements [Keys].
func (s *Shared) Put(ctx context.Context, id string, k Key) error {
	if err := s.keys.Put(ctx, id, k); err != nil {
		return err
	}
	return s.majority(ctx, question{Put: &keyOnWire{id, k.Secret[:], k.Salt[:]}})
}

// Destroy implements [Keys].
func (s *Shared) Destroy(id string) error { return s.keys.Destroy(id) }

// Get implements [Keys]. That no host has the key is only certain when all have
// said so, or one that it was destroyed.
func (s *Shared) Get(ctx context.Context, id string) (Key, bool, error) {
	if k, ok, err := s.keys.Get(ctx, id); ok || err != nil || s.keys.destroyed(id) {
		return k, ok, err
	}
	var found Key
	var ok, destroyed bool
	err := s.ask(ctx, question{Get: id}, func(a reply) bool {
		destroyed = destroyed || a.Destroyed
		if a.Key != nil {
			found, ok = a.Key.key()
		}
		return ok || destroyed
	})
	switch {
	case destroyed:
		return Key{}, false, nil
	case ok:
		return found, true, s.keys.Put(ctx, id, found)
	case err != nil:
		return Key{}, false, fmt.Errorf("find the key of a comment: %w", err)
	}
	return Key{}, false, nil
}

// saved makes sure that a majority has a text.
func (s *Shared) saved(ctx context.Context, doc *anchor.Doc) error {
	s.mu.Lock()
	known := s.spread[doc.Revision]
	s.mu.Unlock()
	if known {
		return nil
	}
	if err := s.majority(ctx, question{Save: doc}); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.spread) >= maxSeen {
		clear(s.spread) // they are spread once more
	}
	s.spread[doc.Revision] = true
	return nil
}

// revision asks the others for a text.
func (s *Shared) revision(revision string) (doc *anchor.Doc) {
	// What cannot be had now is asked for again by whoever needs it again.
	s.ask(context.Background(), question{Revision: revision}, func(a reply) bool {
		if a.Revision != nil && a.Revision.Revision == revision {
			doc = a.Revision
		}
		return doc != nil
	})
	return doc
}

type asked struct {
	reply reply
	err   error
}

// send asks every other host at once.
func (s *Shared) send(ctx context.Context, q question) (answers <-chan asked, n int, err error) {
	data, err := json.Marshal(q)
	if err != nil {
		return nil, 0, err
	}
	others := s.hosts.Others()
	got := make(chan asked, len(others))
	for _, host := range others {
		go func() {
			// A host that is slow shall have it, too: the caller's haste is not its.
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), askWithin)
			defer cancel()
			var a asked
			data, err := s.hosts.Ask(ctx, host, data)
			if a.err = err; err == nil {
				a.err = json.Unmarshal(data, &a.reply)
			}
			if a.err != nil {
				a.err = fmt.Errorf("%s: %w", host, a.err)
			}
			got <- a
		}()
	}
	return got, len(others), nil
}

// majority returns when a majority of all hosts has taken it.
func (s *Shared) majority(ctx context.Context, q question) error {
	answers, n, err := s.send(ctx, q)
	if err != nil {
		return err
	}
	var errs []error
	for need := (n + 1) / 2; need > 0; {
		if n-len(errs) < (n+1)/2 {
			return fmt.Errorf("too few hosts can keep it: %w", errors.Join(errs...))
		}
		select {
		case a := <-answers:
			if a.err != nil {
				errs = append(errs, a.err)
			} else {
				need--
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// ask hands over answers until one is enough. The error is about those who did
// not answer before that.
func (s *Shared) ask(ctx context.Context, q question, enough func(reply) bool) error {
	answers, n, err := s.send(ctx, q)
	if err != nil {
		return err
	}
	var errs []error
	for range n {
		select {
		case a := <-answers:
			if a.err != nil {
				errs = append(errs, a.err)
			} else if enough(a.reply) {
				return nil
			}
		case <-ctx.Done():
			return errors.Join(append(errs, ctx.Err())...)
		}
	}
	return errors.Join(errs...)
}
