package review

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"

	"lockstep/site/review/access"
	"lockstep/site/review/event"
	"lockstep/site/review/refusal"
	"lockstep/site/review/state"
	"lockstep/site/review/store"
	"lockstep/site/review/subject"
)

// plan completes an event of somebody who may do it, against the page as it is. Text
// is what it says; nil if nothing.
type plan func(p *page, e *event.Event) (text *string, err error)

// anywhere is where something new goes; with is where what is about a thread or a
// comment goes.
func anywhere(*state.State) bool { return true }

func with(id string) func(*state.State) bool {
	return func(s *state.State) bool { return s.Comment(id) != nil } // a thread has the id of its first
}

// errNothing ends a plan that would change nothing.
var errNothing = errors.New("nothing would change")

// begin is an event of somebody, with an id by which a retry is known. The prefix
// keeps ids of events that are no comments apart from those, and one kind from
// another.
func (s *Service) begin(kind event.Type, a access.Actor, prefix, id string) (event.Event, error) {
	e := event.Event{ID: id, Type: kind, Time: s.now(), Actor: event.PersonOf(a)}
	if id == "" {
		e.ID = rand.Text()
	} else if err := event.CleanID(id); err != nil {
		return e, err
	}
	switch {
	case prefix != "" && id == "":
		e.ID = prefix + ":" + e.ID
	case prefix != "":
		e.ID = prefix + "::" + e.ID
	}
	return e, nil
}

// write is the one way in. It brings the page up to date, lets the plan complete the
// event, appends it to the log of which home is true, and says what became of it. For
// an id that the log has already, again is true and nothing is written.
func (s *Service) write(ctx context.Context, d subject.Page, e event.Event, home func(*state.State) bool, complete plan) (again bool, err error) {
	found, err := s.find(ctx, d)
	if err != nil {
		return false, err
	}
	p := found.where(home)
	// An event that is signed names its parents before it is in the log, so nobody
	// else may append meanwhile.
	if s.o.Sign != nil && mayDecide(e.Type) {
		p.writing.Lock()
		defer p.writing.Unlock()
		if err := s.advance(ctx, p); err != nil { // what came while others signed
			return false, err
		}
	} else {
		p.writing.RLock()
		defer p.writing.RUnlock()
	}
	if again, err := p.outcome(e); again {
		return true, err
	}
	text, err := complete(p, &e)
	switch {
	case errors.Is(err, errNothing):
		return true, nil
	case err != nil:
		return false, err
	}
	if e.Revision != "" {
		if err := s.publish(ctx, p, d, e.Revision); err != nil {
			return false, err
		}
	}
	if err := s.append(ctx, p, e, text); err != nil {
		return false, err
	}
	_, err = p.outcome(e)
	return false, err
}

// publish keeps the text that an event is about, and says in the log which text the
// page has now, if that is not known.
func (s *Service) publish(ctx context.Context, p *page, d subject.Page, about string) error {
	if doc := s.text(d, about); doc != nil {
		if err := s.o.Revisions.Save(ctx, doc); err != nil {
			return err
		}
	}
	p.mu.Lock()
	known, n := p.state.Published == d.Revision, p.state.N
	p.mu.Unlock()
	if known {
		return nil
	}
	if err := s.o.Revisions.Save(ctx, d.Doc()); err != nil {
		return err
	}
	e := event.Event{ID: "doc:" + d.Revision[:16] + ":" + strconv.FormatUint(n, 10), Type: event.DocPublished, Time: s.now(), Revision: d.Revision, Kept: event.HashOf(d.Doc()),
		Actor: event.Person{ID: "site", Name: "the site", Role: "site"}}
	return s.append(ctx, p, e, nil)
}

// append seals the text, signs what decides, puts the event into the log, and reads
// the log on.
func (s *Service) append(ctx context.Context, p *page, e event.Event, text *string) error {
	var r store.Record
	if text != nil {
		salt := event.NewSalt()
		if s.o.Salt != nil {
			salt = s.o.Salt(p.name, e)
		}
		if err := r.Seal(ctx, s.o.Keys, p.name, e.ID, *text, salt); err != nil {
			return err
		}
		e.Body = event.Commit(salt[:], *text)
	}
	r.Event = e.Encode()
	if s.o.Sign != nil && p.decides(e) {
		if err := s.sign(ctx, p, e, &r); err != nil {
			return err
		}
	}
	if _, err := s.o.Log.Append(ctx, p.name, e.ID, r.Encode()); err != nil {
		return fmt.Errorf("append to the log: %w", err)
	}
	return s.advance(ctx, p)
}

// outcome says what became of an event that is in the log.
func (p *page) outcome(e event.Event) (there bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	was, ok := p.state.Outcome(e.ID)
	switch {
	case !ok:
		return false, nil
	case was.Actor != e.Actor.ID:
		return true, refusal.Conflict("id-taken", "the id is taken by somebody else")
	case was.Refusal != nil:
		return true, was.Refusal
	}
	return true, nil
}
