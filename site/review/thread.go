package review

import (
	"context"
	"slices"
	"strings"

	"lockstep/site/review/access"
	"lockstep/site/review/event"
	"lockstep/site/review/refusal"
	"lockstep/site/review/subject"
)

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
	e, err := s.begin(event.ThreadOpened, a, "", r.ID)
	if err != nil {
		return "", false, err
	}
	again, err = s.write(ctx, d, e, anywhere, func(_ *page, e *event.Event) (*string, error) {
		e.Intent = r.Intent
		if e.Anchor, err = s.anchored(d, r.Anchor); err != nil {
			return nil, err
		}
		e.Revision = e.Anchor.Revision
		if r.Suggestion != nil {
			if e.Suggest, err = suggestion(d, e.Anchor, *r.Suggestion); err != nil {
				return nil, err
			}
		}
		return &body, nil
	})
	return e.ID, again, err
}

// Resolve ends a thread.
func (s *Service) Resolve(ctx context.Context, a access.Actor, d subject.Page, thread string, r ResolveRequest) error {
	return s.move(ctx, a, d, thread, change{event.ThreadResolved, access.Resolve, "resolve", r.ID, r.Version}, func(e *event.Event) (*string, error) {
		reason, err := event.Clean("reason", r.Reason, event.MaxReason)
		if err != nil {
			return nil, err
		}
		reason = strings.TrimSpace(reason)
		switch {
		case !slices.Contains(event.ResolutionKinds, r.Kind):
			return nil, refusal.Invalid("kind %q: there are applied, answered, declined and obsolete", r.Kind)
		case r.Kind == event.Declined && reason == "":
			return nil, refusal.Invalid("who declines says why: reason is empty")
		}
		e.Kind = r.Kind
		if reason == "" {
			return nil, nil
		}
		return &reason, nil
	})
}

// Reopen begins a thread again.
func (s *Service) Reopen(ctx context.Context, a access.Actor, d subject.Page, thread string, r ResolveRequest) error {
	return s.move(ctx, a, d, thread, change{event.ThreadReopened, access.Reopen, "reopen", r.ID, r.Version}, func(*event.Event) (*string, error) { return nil, nil })
}

// Relink gives a thread another anchor; the old one stays in the log.
func (s *Service) Relink(ctx context.Context, a access.Actor, d subject.Page, thread string, r RelinkRequest) error {
	if r.Anchor == nil {
		r.Anchor = &r.AnchorRequest
	}
	return s.move(ctx, a, d, thread, change{event.ThreadRelinked, access.Relink, "relink", r.ID, r.Version}, func(e *event.Event) (_ *string, err error) {
		if e.Anchor, err = s.anchored(d, r.Anchor); err != nil {
			return nil, err
		}
		e.Revision = e.Anchor.Revision
		return nil, nil
	})
}

// change is what somebody wants to do to a thread, and the version of it that they
// saw; 0 if they do not say.
type change struct {
	kind    event.Type
	verb    access.Verb
	prefix  string // of the event's id
	id      string
	version uint64
}

// move does to a thread what may be done to it by who opened it, and by who may
// everything.
func (s *Service) move(ctx context.Context, a access.Actor, d subject.Page, thread string, c change, complete func(*event.Event) (*string, error)) error {
	e, err := s.begin(c.kind, a, c.prefix, c.id)
	if err != nil {
		return err
	}
	_, err = s.write(ctx, d, e, with(thread), func(p *page, e *event.Event) (*string, error) {
		t, err := p.thread(thread)
		if err != nil {
			return nil, err
		}
		if err := access.Can(a, c.verb, access.Object{Author: t.Opener.ID}); err != nil {
			return nil, err
		}
		e.Thread = thread
		if err := saw(e, c.version, t.Version, t.Change()); err != nil {
			return nil, err
		}
		return complete(e)
	})
	return err
}

// saw notes in an event which change somebody saw who names a version: its event,
// which has the same id in every clone.
func saw(e *event.Event, version, newest uint64, last string) error {
	switch version {
	case 0:
		return nil
	case newest:
		e.Saw = last
		return nil
	}
	return refusal.Conflict("changed", "it was changed meanwhile, as event #%d; look at it again", newest)
}
