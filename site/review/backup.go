package review

import (
	"context"
	"fmt"
	"io"

	"lockstep/site/review/anchor"
	"lockstep/site/review/entry"
	"lockstep/site/review/event"
	"lockstep/site/review/refusal"
	"lockstep/site/review/store"
)

// Backup writes everything: the log of each page, and the texts that it speaks
// of.
func (s *Service) Backup(ctx context.Context, w io.Writer) error {
	names, err := s.Names(ctx)
	if err != nil {
		return err
	}
	var all []entry.Line
	for _, name := range names {
		lines, err := s.Lines(ctx, name)
		if err != nil {
			return err
		}
		all = append(all, lines...)
	}
	if err := event.WriteLines(w, all); err != nil {
		return err
	}
	return store.WriteRevisions(w, all, s.o.Revisions)
}

// Restore adds what a backup has and the log has not. If the log must be empty
// and is not, nothing is added.
func (s *Service) Restore(ctx context.Context, lines []entry.Line, docs []*anchor.Doc, empty bool) (done Imported, err error) {
	if empty {
		names, err := s.Names(ctx)
		if err != nil {
			return done, err
		}
		if len(names) > 0 {
			pages := "1 page"
			if len(names) > 1 {
				pages = fmt.Sprintf("%d pages", len(names))
			}
			return done, refusal.Conflict("not-empty", "the log has the reviews of %s already", pages)
		}
	}
	for _, doc := range docs {
		if err := s.o.Revisions.Save(ctx, doc); err != nil {
			return done, err
		}
	}
	return s.Import(ctx, lines)
}
