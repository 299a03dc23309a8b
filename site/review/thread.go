package review

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"

	"lockstep/site/review/access"
	"lockstep/site/review/event"
	"lockstep/site/review/refusal"
	"lockstep/site/review/state"
	"lockstep/site/review/subject"
)

func orNew(id string) string {
	if id == "" {
		return rand.Text()
	}
	return id
}

func (s *Service) event(kind event.Type, a access.Actor, id string) event.Event {
	return event.Event{ID: id, Type: kind, Time: s.now(), Actor: event.PersonOf(a)}
}

// OpenThread begins a thread with its first comment. Again is true if it was
// there already.
func (s *Service) OpenThread(ctx context.Context, a access.Actor, d subject.Page, r ThreadRequest) (id string, again bool, err error) {
	verb := access.OpenThread
	if r.Suggestion != nil {
		verb = access.Suggest
	}
	if err := access.Can(a, verb, access.Object{}); err != nil {
		return "", false, err
	}
	r.ID = orNew(r.ID)
	if r.Intent == "" {
		r.Intent = event.Remark
	}
	body, err := event.CleanBody(r.Body)
	switch {
	case err != nil:
		return "", false, err
	case !slices.Contains(event.Intents, r.Intent):
		return "", false, refusal.Invalid("intent %q: there are comment, question, nit, praise and blocking", r.Intent)
	}
	if err := event.CleanID(r.ID); err != nil {
		return "", false, err
	}
	p := s.page(d.Name)
	e := s.event(event.ThreadOpened, a, r.ID)
	if _, ok, err := p.before(e); ok {
		return r.ID, true, err
	}
	e.Intent = r.Intent
	if e.Anchor, err = s.anchored(ctx, p, d, a, r.Anchor); err != nil {
		return "", false, err
	}
	e.Revision = e.Anchor.Revision
	if r.Suggestion != nil {
		if e.Suggest, err = suggestion(d, e.Anchor, *r.Suggestion); err != nil {
			return "", false, err
		}
	}
	_, again, err = s.append(ctx, p, e, &body)
	return r.ID, again, err
}

// Resolve ends a thread.
func (s *Service) Resolve(ctx context.Context, a access.Actor, d subject.Page, thread string, r ResolveRequest) error {
	p := s.page(d.Name)
	was, err := s.thread(ctx, p, thread)
	if err != nil {
		return err
	}
	if err := access.Can(a, access.Resolve, access.Object{Author: was.Opener.ID}); err != nil {
		return err
	}
	reason, err := event.Clean("reason", r.Reason, event.MaxReason)
	if err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	switch {
	case !slices.Contains(event.ResolutionKinds, r.Kind):
		return refusal.Invalid("kind %q: there are applied, answered, declined and obsolete", r.Kind)
	case r.Kind == event.Declined && reason == "":
		return refusal.Invalid("who declines says why: reason is empty")
	}
	id, err := eventID("resolve", r.ID)
	if err != nil {
		return err
	}
	e := s.event(event.ThreadResolved, a, id)
	e.Thread, e.Kind = thread, r.Kind
	if e.Saw, err = p.sawOf(e, r.Version, was.Version, was.Change()); err != nil {
		return err
	}
	text := &reason
	if reason == "" {
		text = nil
	}
	_, _, err = s.append(ctx, p, e, text)
	return err
}

// Reopen begins a thread again.
func (s *Service) Reopen(ctx context.Context, a access.Actor, d subject.Page, thread string, r ResolveRequest) error {
	p := s.page(d.Name)
	was, err := s.thread(ctx, p, thread)
	if err != nil {
		return err
	}
	if err := access.Can(a, access.Reopen, access.Object{Author: was.Opener.ID}); err != nil {
		return err
	}
	id, err := eventID("reopen", r.ID)
	if err != nil {
		return err
	}
	e := s.event(event.ThreadReopened, a, id)
	e.Thread = thread
	if e.Saw, err = p.sawOf(e, r.Version, was.Version, was.Change()); err != nil {
		return err
	}
	_, _, err = s.append(ctx, p, e, nil)
	return err
}

// Relink gives a thread another anchor; the old one stays in the log.
func (s *Service) Relink(ctx context.Context, a access.Actor, d subject.Page, thread string, r RelinkRequest) error {
	p := s.page(d.Name)
	was, err := s.thread(ctx, p, thread)
	if err != nil {
		return err
	}
	if err := access.Can(a, access.Relink, access.Object{Author: was.Opener.ID}); err != nil {
		return err
	}
	id, err := eventID("relink", r.ID)
	if err != nil {
		return err
	}
	if r.Anchor == nil {
		r.Anchor = &r.AnchorRequest
	}
	e := s.event(event.ThreadRelinked, a, id)
	if e.Anchor, err = s.anchored(ctx, p, d, a, r.Anchor); err != nil {
		return err
	}
	e.Thread, e.Revision = thread, e.Anchor.Revision
	if e.Saw, err = p.sawOf(e, r.Version, was.Version, was.Change()); err != nil {
		return err
	}
	_, _, err = s.append(ctx, p, e, nil)
	return err
}

// sawOf is the change that somebody saw who names a version: its event, which has
// the same id in every clone.
func (p *page) sawOf(e event.Event, version, newest uint64, last string) (string, error) {
	if _, again, _ := p.before(e); again || version == 0 {
		return "", nil
	}
	if version == newest {
		return last, nil
	}
	return "", refusal.Conflict("changed", "it was changed meanwhile, as event #%d; look at it again", newest)
}

// eventID is the id of an event that is no comment. The prefix keeps them apart
// from comments, and one kind from another.
func eventID(prefix, id string) (string, error) {
	if id == "" {
		return prefix + ":" + rand.Text(), nil
	}
	if err := event.CleanID(id); err != nil {
		return "", err
	}
	return prefix + "::" + id, nil
}

func (s *Service) thread(ctx context.Context, p *page, id string) (state.Thread, error) {
	if err := s.advance(ctx, p); err != nil {
		return state.Thread{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if t := p.state.Thread(id); t != nil {
		return *t, nil
	}
	return state.Thread{}, refusal.NotFound("there is no such thread")
}

func (s *Service) comment(ctx context.Context, p *page, id string) (state.Comment, error) {
	if err := s.advance(ctx, p); err != nil {
		return state.Comment{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if c := p.state.Comment(id); c != nil {
		return *c, nil
	}
	return state.Comment{}, refusal.NotFound("there is no such comment")
}
