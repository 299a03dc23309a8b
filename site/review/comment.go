package review

import (
	"context"
	"crypto/rand"

	"lockstep/site/review/access"
	"lockstep/site/review/event"
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
	r.ID = orNew(r.ID)
	if err := event.CleanID(r.ID); err != nil {
		return "", false, err
	}
	p := s.page(d.Name)
	e := s.event(event.CommentAdded, a, r.ID)
	if _, ok, err := p.before(e); ok {
		return r.ID, true, err
	}
	if _, err := s.thread(ctx, p, thread); err != nil {
		return "", false, err
	}
	e.Thread = thread
	_, again, err = s.append(ctx, p, e, &body)
	return r.ID, again, err
}

// Edit replaces the body of a comment; the earlier one stays in its history.
func (s *Service) Edit(ctx context.Context, a access.Actor, d subject.Page, comment string, r CommentRequest) error {
	p := s.page(d.Name)
	was, err := s.comment(ctx, p, comment)
	if err != nil {
		return err
	}
	if err := access.Can(a, access.EditComment, access.Object{Author: was.Author.ID}); err != nil {
		return err
	}
	body, err := event.CleanBody(r.Body)
	if err != nil {
		return err
	}
	if body == was.Body && !was.Redacted {
		return nil
	}
	id, err := eventID("edit", r.ID)
	if err != nil {
		return err
	}
	e := s.event(event.CommentEdited, a, id)
	e.Thread, e.Comment = was.Thread, comment
	if e.Saw, err = p.sawOf(e, r.Version, was.Version, was.Change()); err != nil {
		return err
	}
	_, _, err = s.append(ctx, p, e, &body)
	return err
}

// Redact destroys the body of a comment and those before it.
func (s *Service) Redact(ctx context.Context, a access.Actor, d subject.Page, comment string) error {
	p := s.page(d.Name)
	was, err := s.comment(ctx, p, comment)
	if err != nil {
		return err
	}
	if err := access.Can(a, access.RedactComment, access.Object{Author: was.Author.ID}); err != nil {
		return err
	}
	if was.Redacted {
		return nil
	}
	e := s.event(event.CommentRedacted, a, "redact:"+rand.Text())
	e.Thread, e.Comment = was.Thread, comment
	_, _, err = s.append(ctx, p, e, nil)
	return err
}
