package state

import (
	"fmt"

	"lockstep/site/review/access"
	"lockstep/site/review/event"
	"lockstep/site/review/refusal"
)

// judge says why an event has no effect; nil if it has one. It notes what the event
// is about.
func (f *fold) judge(it *item) *refusal.Error {
	if f.again(it) {
		return nil
	}
	e := it.Event
	if e.Type == event.DocPublished {
		return nil
	}
	verb, object := event.VerbOf[e.Type], access.Object{}
	if verb == "" {
		return refusal.Invalid("there is no event %q", e.Type)
	}
	t, c := f.byID[e.Thread], f.comments[e.Comment]
	switch {
	case e.Comment != "" && c != nil:
		it.target = c.entry
	case e.Comment == "" && t != nil:
		it.target = t.entry
	}
	var no *refusal.Error
	switch e.Type {
	case event.ThreadOpened:
		no = f.mayOpen(e)
	case event.CommentAdded:
		no = f.mayAdd(e, t)
	case event.CommentEdited, event.CommentRedacted:
		if no = f.mayChange(e, c); no == nil {
			object.Author = c.Author.ID
		}
	case event.ThreadResolved, event.SuggestionApplied, event.ThreadReopened, event.ThreadRelinked:
		if no = f.mayMove(e, t); no == nil {
			object.Author = t.Opener.ID
		}
	case event.ReviewSubmitted, event.ReviewWithdrawn:
		no = f.mayVote(e)
	}
	if no != nil {
		return no
	}
	role, err := access.ParseRole(e.Actor.Role)
	if err != nil {
		return refusal.Invalid("there is no role %q", e.Actor.Role)
	}
	if err := access.Can(access.Actor{ID: e.Actor.ID, Role: role}, verb, object); err != nil {
		return refusal.Forbidden("%s", err.Error())
	}
	return nil
}

func (f *fold) mayOpen(e event.Event) *refusal.Error {
	switch {
	case f.comments[e.ID] != nil:
		return refusal.Conflict("id-taken", "the id is taken")
	case len(f.threads) >= event.MaxThreads:
		return refusal.Conflict("too-many", "the page has %d threads, and may not have more", len(f.threads))
	case e.Anchor == nil:
		return refusal.Invalid("a thread needs an anchor")
	}
	return nil
}

func (f *fold) mayAdd(e event.Event, t *Thread) *refusal.Error {
	switch {
	case t == nil:
		return refusal.NotFound("there is no such thread")
	case f.comments[e.ID] != nil:
		return refusal.Conflict("id-taken", "the id is taken")
	case len(t.Comments) >= event.MaxComments:
		return refusal.Conflict("too-many", "the thread has %d comments, and may not have more", len(t.Comments))
	}
	return nil
}

func (f *fold) mayChange(e event.Event, c *Comment) *refusal.Error {
	switch {
	case c == nil:
		return refusal.NotFound("there is no such comment")
	case c.Redacted:
		return refusal.Conflict("redacted", "the comment was redacted")
	case !c.last.seenBy(e):
		return refusal.Conflict("changed", "the comment was changed meanwhile, as event #%d; look at it again", c.Version)
	}
	return nil
}

func (f *fold) mayMove(e event.Event, t *Thread) *refusal.Error {
	ends := e.Type == event.ThreadResolved || e.Type == event.SuggestionApplied
	switch {
	case t == nil:
		return refusal.NotFound("there is no such thread")
	case ends && t.End != nil:
		return refusal.Conflict("resolved", "%s resolved the thread already, as %s", t.End.By.Name, t.End.Kind)
	case !t.last.seenBy(e):
		return refusal.Conflict("changed", "the thread was changed meanwhile, as event #%d; look at it again", t.Version)
	case e.Type == event.ThreadReopened && t.End == nil:
		return refusal.Conflict("open", "the thread is open")
	case e.Type == event.ThreadRelinked && e.Anchor == nil:
		return refusal.Invalid("a thread needs an anchor")
	}
	return nil
}

func (f *fold) mayVote(e event.Event) *refusal.Error {
	if e.Type == event.ReviewWithdrawn {
		if f.voteOf(e.Actor.ID, true) < 0 && f.voteOf(e.Actor.ID, false) < 0 {
			return refusal.Conflict("no-verdict", "there is no verdict to withdraw")
		}
		return nil
	}
	if e.Verdict == event.Approve {
		if no := f.Blocked(); no != nil {
			return no
		}
	}
	if e.Revision != f.Published {
		return refusal.Conflict("revision", "the text has changed since; read it again")
	}
	return nil
}

// Blocked refuses an approval while a blocking thread is open.
func (f *fold) Blocked() *refusal.Error {
	if n := f.blockers(); n > 0 {
		return refusal.Conflict("blockers", "%s open: resolve them, or ask those who opened them to", plural(n, "blocking thread is", "blocking threads are"))
	}
	return nil
}

// change is the newest event that changed a thread or a comment.
type change struct {
	id string // of the event
	at uint64 // its place, as events were numbered before there were merges
}

// seenBy says whether the author of an event saw this change, if they said what
// they saw.
func (c change) seenBy(e event.Event) bool {
	if e.Saw != "" {
		return e.Saw == c.id
	}
	return e.Seen == 0 || e.Seen == c.at
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
