package review

import (
	"context"

	"lockstep/site/review/access"
	"lockstep/site/review/event"
	"lockstep/site/review/state"
	"lockstep/site/review/subject"
)

// Reply adds a comment to a thread.
func (s *Service) Reply(ctx context.Context, a access.Actor, d subject.Page, thread string, r CommentRequest) (id string, again bool, err error) {
	if err := access.Can(a, access.Reply, access.Object{}); err != nil {
		return "", false, err
	}
	body, err := event.CleanBody(r.Body)
	if err != nil {
		return "", false, err
	}
	e, err := s.begin(event.CommentAdded, a, "", r.ID)
	if err != nil {
		return "", false, err
	}
	again, err = s.write(ctx, d, e, with(thread), func(p *page, e *event.Event) (*string, error) {
		e.Thread = thread
		_, err := p.thread(thread)
		return &body, err
	})
	return e.ID, again, err
}

// Edit replaces the body of a comment; the earlier one stays in its history.
func (s *Service) Edit(ctx context.Context, a access.Actor, d subject.Page, comment string, r CommentRequest) error {
	e, err := s.begin(event.CommentEdited, a, "edit", r.ID)
	if err != nil {
		return err
	}
	return s.alter(ctx, a, d, comment, access.EditComment, e, func(e *event.Event, was state.Comment) (*string, error) {
		body, err := event.CleanBody(r.Body)
		if err != nil {
			return nil, err
		}
		if body == was.Body && !was.Redacted {
			return nil, errNothing
		}
		return &body, saw(e, r.Version, was.Version, was.Change())
	})
}

// Redact destroys the body of a comment and those before it.
func (s *Service) Redact(ctx context.Context, a access.Actor, d subject.Page, comment string) error {
	e, err := s.begin(event.CommentRedacted, a, "redact", "")
	if err != nil {
		return err
	}
	return s.alter(ctx, a, d, comment, access.RedactComment, e, func(_ *event.Event, was state.Comment) (*string, error) {
		if was.Redacted {
			return nil, errNothing
		}
		return nil, nil
	})
}

// alter does to a comment what may be done to it by who wrote it, and by who may
// everything.
func (s *Service) alter(ctx context.Context, a access.Actor, d subject.Page, comment string, verb access.Verb, e event.Event, complete func(*event.Event, state.Comment) (*string, error)) error {
	_, err := s.write(ctx, d, e, with(comment), func(p *page, e *event.Event) (*string, error) {
		was, err := p.comment(comment)
		if err != nil {
			return nil, err
		}
		if err := access.Can(a, verb, access.Object{Author: was.Author.ID}); err != nil {
			return nil, err
		}
		e.Thread, e.Comment = was.Thread, comment
		return complete(e, was)
	})
	return err
}
