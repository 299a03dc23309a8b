package review

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"lockstep/site/review/access"
	"lockstep/site/review/event"
	"lockstep/site/review/refusal"
	"lockstep/site/review/subject"
)

// freshSignIn is how long after a sign-in somebody may approve: a browser that was
// left open must not be enough for the one act that others rely on.
const freshSignIn = time.Hour

// signInAgain says whether somebody signed in too long ago to approve.
func (s *Service) signInAgain(a access.Actor) bool {
	return a.Anew && s.now().Sub(a.Since) > freshSignIn
}

// SubmitVerdict gives or withdraws a verdict. An approval and a request for changes name
// the revision that was read.
func (s *Service) SubmitVerdict(ctx context.Context, a access.Actor, d subject.Page, r VerdictRequest) error {
	if err := access.Can(a, access.GiveVerdict, access.Object{}); err != nil {
		return err
	}
	body, err := event.Clean("body", r.Body, event.MaxBody)
	if err != nil {
		return err
	}
	body = strings.TrimSpace(body)
	id, err := eventID("verdict", r.ID)
	if err != nil {
		return err
	}
	p := s.page(d.Name)
	e := s.event(event.ReviewSubmitted, a, id)
	switch r.Verdict {
	case event.Withdraw:
		e.Type = event.ReviewWithdrawn
	case event.Approve, event.RequestChanges:
		if r.Verdict == event.Approve && s.signInAgain(a) {
			return refusal.New(http.StatusUnauthorized, "sign-in-again", "an approval needs a sign-in within the last hour: sign in again at /sign-in/, and send it again")
		}
		if r.Revision == "" {
			return refusal.Invalid("revision is missing: a verdict is about the text that was read")
		}
	case event.Comments:
		if r.Revision == "" {
			r.Revision = d.Revision
		}
	default:
		return refusal.Invalid("verdict %q: there are approve, request-changes, comment and withdraw", r.Verdict)
	}
	text := &body
	if body == "" || e.Type == event.ReviewWithdrawn {
		text = nil
	}
	if e.Type == event.ReviewSubmitted {
		if r.Revision != d.Revision {
			return refusal.Conflict("revision", "the text has changed since; read it again")
		}
		if err := s.publish(ctx, p, d, a); err != nil {
			return err
		}
		e.Verdict, e.Revision = r.Verdict, r.Revision
	}
	_, _, err = s.append(ctx, p, e, text)
	return err
}

// publish says in the log which text the page has now, if that is not known.
func (s *Service) publish(ctx context.Context, p *page, d subject.Page, a access.Actor) error {
	if err := s.advance(ctx, p); err != nil {
		return err
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
	_, _, err := s.append(ctx, p, e, nil)
	return err
}
