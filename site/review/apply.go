package review

import (
	"context"
	"fmt"

	"lockstep/site"
	"lockstep/site/review/access"
	"lockstep/site/review/event"
	"lockstep/site/review/refusal"
	"lockstep/site/review/state"
	"lockstep/site/review/subject"
)

// SourceEdit is a suggestion that is to be written into its source.
type SourceEdit struct {
	Source   string // file of the repository
	Old, New string // Markdown of the block, without the last line break
	Title    string // of the page
	Thread   string
	By       event.Person // who suggested it
}

// may says what somebody may do to a thread, so that a page offers nothing that would
// be refused.
func (s *Service) may(a access.Actor, t *state.Thread) site.May {
	can := func(v access.Verb, author string) bool { return access.Can(a, v, access.Object{Author: author}) == nil }
	return site.May{Reply: can(access.Reply, ""), Resolve: can(access.Resolve, t.Opener.ID), Reopen: can(access.Reopen, t.Opener.ID), Relink: can(access.Relink, t.Opener.ID),
		Apply: s.o.Apply != nil && t.Suggest != nil && t.End == nil && can(access.Apply, "")}
}

// Suggestion is a thread that suggests an edit.
func (s *Service) Suggestion(ctx context.Context, d subject.Page, thread string) (state.Thread, error) {
	found, err := s.find(ctx, d)
	if err != nil {
		return state.Thread{}, err
	}
	return found.where(with(thread)).suggestion(thread)
}

func (p *page) suggestion(thread string) (state.Thread, error) {
	t, err := p.thread(thread)
	if err == nil && t.Suggest == nil {
		err = refusal.NotFound("the thread suggests no edit")
	}
	return t, err
}

// Apply writes a suggestion into its source, and ends its thread.
func (s *Service) Apply(ctx context.Context, a access.Actor, d subject.Page, thread string, version uint64) error {
	if err := access.Can(a, access.Apply, access.Object{}); err != nil {
		return err
	}
	if s.o.Apply == nil {
		return refusal.Conflict("no-repository", "this server writes no sources: copy the patch, or run lockstep review apply where the repository is")
	}
	e, err := s.begin(event.SuggestionApplied, a, "apply", "")
	if err != nil {
		return err
	}
	// Two edits of one file at once would each lack the other.
	s.applying.Lock()
	defer s.applying.Unlock()
	commit := ""
	_, err = s.write(ctx, d, e, with(thread), func(p *page, e *event.Event) (*string, error) {
		was, err := p.suggestion(thread)
		switch {
		case err != nil:
			return nil, err
		case was.End != nil:
			return nil, refusal.Conflict("resolved", "the thread is resolved as %s", was.End.Kind)
		}
		e.Thread, e.Kind = thread, event.Applied
		if err := saw(e, version, was.Version, was.Change()); err != nil {
			return nil, err
		}
		if commit, err = s.o.Apply(ctx, SourceEdit{Source: d.Source, Old: was.Suggest.Old, New: was.Suggest.New, Title: d.Title, Thread: was.ID, By: was.Opener}); err != nil {
			return nil, refusal.Conflict("not-applied", "%s", err)
		}
		e.Commit = commit
		text := "applied on the page"
		return &text, nil
	})
	if err != nil && commit != "" {
		return fmt.Errorf("the edit is committed as %.10s, and the thread is still open: %w", commit, err)
	}
	return err
}
