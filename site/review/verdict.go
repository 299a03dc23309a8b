package review

import (
	"context"
	"net/http"
	"strings"
	"time"

	"lockstep/site/review/access"
	"lockstep/site/review/event"
	"lockstep/site/review/refusal"
	"lockstep/site/review/state"
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
	kind := event.ReviewSubmitted
	switch r.Verdict {
	case event.Withdraw:
		kind = event.ReviewWithdrawn
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
	e, err := s.begin(kind, a, "verdict", r.ID)
	if err != nil {
		return err
	}
	mine := func(s *state.State) bool { return s.VoteOf(a.ID) != nil }
	_, err = s.write(ctx, d, e, mine, func(_ *page, e *event.Event) (*string, error) {
		if e.Type == event.ReviewWithdrawn {
			return nil, nil
		}
		if r.Revision != d.Revision {
			return nil, refusal.Conflict("revision", "the text has changed since; read it again")
		}
		if r.Verdict == event.Approve {
			if err := s.blocked(ctx, d); err != nil {
				return nil, err
			}
		}
		e.Verdict, e.Revision = r.Verdict, r.Revision
		if body == "" {
			return nil, nil
		}
		return &body, nil
	})
	return err
}

// blocked says whether a thread under any name of the page keeps it from being
// approved. The state of each log knows its own alone.
func (s *Service) blocked(ctx context.Context, d subject.Page) error {
	if len(d.Former) == 0 {
		return nil
	}
	found, err := s.find(ctx, d)
	if err != nil {
		return err
	}
	var no *refusal.Error
	found.read(func(sum *state.State) { no = sum.Blocked() })
	if no != nil {
		return no
	}
	return nil
}
