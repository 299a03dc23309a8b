package bridge

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"lockstep/site"
	"lockstep/site/review"
	"lockstep/site/review/access"
	"lockstep/site/review/event"
	"lockstep/site/review/offline"
)

// A thread is open or settled on both sides. Which side changed since they were
// last the same follows from the newest event on the page that ended or reopened
// the thread: if it came from the forge, or was posted there, the forge has changed;
// otherwise the page has.

// newest is the newest event that ended or reopened a thread, and how many there
// were.
func (r *run) newest(ctx context.Context, page, thread string) (e event.Event, n int, err error) {
	events, err := r.o.Desk.Events(ctx, page)
	for _, other := range events {
		switch other.Type {
		case event.ThreadResolved, event.ThreadReopened, event.SuggestionApplied:
			if other.Thread == thread {
				e, n = other, n+1
			}
		}
	}
	return e, n, err
}

// pending says whether the page has changed the state of a thread and the forge was
// not told.
func (r *run) pending(page string, e event.Event, n int) bool {
	if n == 0 || strings.HasPrefix(e.Actor.ID, r.pull.accounts()) {
		return false
	}
	return !r.told("state", page, e.ID) && !r.told("said", page, e.ID)
}

func (r *run) told(kind, page, event string) bool {
	_, told := r.posted[mark{Kind: kind, Page: page, ID: event}.key()]
	return told
}

// settle carries to the page that a discussion was settled at the forge, or taken up
// again.
func (r *run) settle(ctx context.Context, page pageOf, root string, d Discussion) error {
	if d.Settled == nil {
		return nil
	}
	shown, err := r.shown(ctx, page)
	if err != nil {
		return err
	}
	t := thread(shown, root)
	if t == nil || (t.Status == "resolved") == *d.Settled {
		return nil
	}
	e, n, err := r.newest(ctx, shown.Page, t.ID)
	// Where the page's state was said and not marked, the sides differ for good.
	if err != nil || r.pending(shown.Page, e, n) || r.told("said", shown.Page, e.ID) {
		return err
	}
	by := r.pull.actor(d.By, access.Reviewer)
	if d.By.ID == "" {
		by.ID = r.pull.accounts() + "unknown"
	}
	if t.Intent == string(event.Blocking) && *d.Settled {
		r.left("%s: %s marked a blocking thread as settled; what blocks an approval is ended on the page alone: %s", page.doc.Name, by.Name, beginning(t.Comments[0].Body))
		return nil
	}
	request := review.ResolveRequest{ID: fmt.Sprintf("%s.s%d", r.stateID(t), n), Kind: event.Answered}
	at := d.At
	if at.IsZero() {
		at = when(d.Comments[len(d.Comments)-1])
	}
	r.o.Desk.At(at)
	word := "settled"
	if *d.Settled {
		err = r.o.Desk.Resolve(ctx, by, page.doc, t.ID, request)
	} else {
		word = "took up again"
		err = r.o.Desk.Reopen(ctx, by, page.doc, t.ID, request)
	}
	if why, no := offline.Refused(err); no {
		r.left("%s: %s %s a thread: %s", page.doc.Name, by.Name, word, why)
		return nil
	}
	if err == nil {
		r.in(page, "%s %s: %s", by.Name, word, beginning(t.Comments[0].Body))
	}
	return err
}

// stateID begins the ids of what the forge did to a thread. A thread that began on a
// page has an id of its author's choice, so it is hashed.
func (r *run) stateID(t *site.Thread) string {
	return r.pull.idOf("state-" + hashed(t.ID))
}

// tell says at the forge that a thread was ended or reopened on the page, and marks
// the discussion where the API can. The mark is set first: it can be set twice, and
// what is said must not be.
func (r *run) tell(ctx context.Context, page pageOf, name string, t site.Thread, d Discussion) error {
	e, n, err := r.newest(ctx, name, t.ID)
	if err != nil || !r.pending(name, e, n) {
		return err
	}
	settled := t.Status == "resolved"
	text := fmt.Sprintf("**%s** reopened this on %s.", plainName(e.Actor.Name), r.linkTo(page, "t-"+t.ID))
	if settled {
		text = fmt.Sprintf("**%s** resolved this on %s as %s.", plainName(t.Resolution.By), r.linkTo(page, "t-"+t.ID), t.Resolution.Kind)
		if t.Resolution.Reason != "" {
			text += "\n\n" + quoted(t.Resolution.Reason)
		}
	}
	return r.out(page, func() error {
		m := mark{Kind: "state", Page: name, ID: e.ID}
		switch err := r.o.Forge.Resolve(ctx, d, settled); {
		case errors.Is(err, ErrUnsupported):
			m.Kind = "said"
			r.left("%s: the API of the forge cannot mark a discussion as settled or open; it was said there in words", page.doc.Name)
		case err != nil:
			return err
		}
		return r.o.Forge.Reply(ctx, r.pull, d, marked(m, text))
	}, "say that a thread is %s: %s", t.Status, beginning(t.Comments[0].Body))
}
