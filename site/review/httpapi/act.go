package httpapi

import (
	"net/http"
	"strings"

	"lockstep/site/review"
	"lockstep/site/review/access"
	"lockstep/site/review/display"
	"lockstep/site/review/event"
	"lockstep/site/review/refusal"
)

// done is what was done: to a thread, to a comment, or, if neither is named, to the
// review of the page.
type done struct {
	thread, comment string
	again           bool // it was there already
	created         bool
}

// acts are what can be done to a page. Each can be asked for in two ways, as JSON and
// by a plain form, and both end in the same function.
func (a *API) acts() (routes []Route) {
	s := a.o.Service
	for _, more := range [][]Route{
		act(a, access.OpenThread, "/threads", []string{"POST /threads"}, threadForm, func(q *request, r review.ThreadRequest) (done, error) {
			id, again, err := s.OpenThread(q.r.Context(), q.actor, q.d, r)
			return done{thread: id, again: again, created: true}, err
		}),
		act(a, access.Reply, "/threads/{thread}/comments", []string{"POST /threads/{thread}/comments"}, commentForm, func(q *request, r review.CommentRequest) (done, error) {
			id, again, err := s.Reply(q.r.Context(), q.actor, q.d, q.r.PathValue("thread"), r)
			return done{comment: id, again: again, created: true}, err
		}),
		act(a, access.EditComment, "/comments/{comment}/edit", []string{"PATCH /comments/{comment}", "PATCH /threads/{thread}/comments/{comment}"}, commentForm, func(q *request, r review.CommentRequest) (done, error) {
			id := q.r.PathValue("comment")
			return done{comment: id}, s.Edit(q.r.Context(), q.actor, q.d, id, r)
		}),
		act(a, access.RedactComment, "/comments/{comment}/redact", []string{"DELETE /comments/{comment}", "DELETE /threads/{thread}/comments/{comment}"}, noForm, func(q *request, _ nothing) (done, error) {
			id := q.r.PathValue("comment")
			return done{comment: id}, s.Redact(q.r.Context(), q.actor, q.d, id)
		}),
		act(a, access.Resolve, "/threads/{thread}/resolve", []string{"POST /threads/{thread}/resolve"}, resolveForm, func(q *request, r review.ResolveRequest) (done, error) {
			id := q.r.PathValue("thread")
			return done{thread: id}, s.Resolve(q.r.Context(), q.actor, q.d, id, r)
		}),
		act(a, access.Reopen, "/threads/{thread}/reopen", []string{"POST /threads/{thread}/reopen"}, resolveForm, func(q *request, r review.ResolveRequest) (done, error) {
			id := q.r.PathValue("thread")
			return done{thread: id}, s.Reopen(q.r.Context(), q.actor, q.d, id, r)
		}),
		act(a, access.Relink, "/threads/{thread}/relink", []string{"POST /threads/{thread}/relink"}, relinkForm, func(q *request, r review.RelinkRequest) (done, error) {
			id := q.r.PathValue("thread")
			return done{thread: id}, s.Relink(q.r.Context(), q.actor, q.d, id, r)
		}),
		act(a, access.Apply, "/threads/{thread}/apply", []string{"POST /threads/{thread}/apply"}, resolveForm, func(q *request, r review.ResolveRequest) (done, error) {
			id := q.r.PathValue("thread")
			return done{thread: id}, s.Apply(q.r.Context(), q.actor, q.d, id, r.Version)
		}),
		act(a, access.GiveVerdict, "/verdict", []string{"PUT /verdict"}, a.verdictForm, func(q *request, r review.VerdictRequest) (done, error) {
			return done{}, s.SubmitVerdict(q.r.Context(), q.actor, q.d, r)
		}),
	} {
		routes = append(routes, more...)
	}
	return routes
}

// nothing is what a request says that needs no words.
type nothing struct{}

// act makes the routes of one act: a plain form below /reviews/, and JSON below
// /api/reviews/.
func act[R any](a *API, verb access.Verb, form string, api []string, read func(*request) (R, error), do func(*request, R) (done, error)) []Route {
	routes := []Route{{http.MethodPost, formPage + form, verb, true, a.handle(func(q *request) error {
		if err := q.parse(); err != nil {
			return err
		}
		r, err := read(q)
		if err != nil {
			return err
		}
		d, err := do(q, r)
		if err != nil {
			return err
		}
		return q.back(d.fragment())
	}, a.formProblem)}}
	for _, route := range api {
		method, path, _ := strings.Cut(route, " ")
		routes = append(routes, Route{method, apiPage + path, verb, false, a.handle(func(q *request) error {
			var r R
			if err := q.decode(&r); err != nil {
				return err
			}
			d, err := do(q, r)
			if err != nil {
				return err
			}
			return a.answerDone(q, d)
		}, a.problem)})
	}
	return routes
}

// fragment is where on the page it can be seen.
func (d done) fragment() string {
	switch {
	case d.thread != "":
		return display.ThreadID(d.thread)
	case d.comment != "":
		return display.CommentID(d.comment)
	}
	return "review"
}

// answerDone answers with what was changed, as it is now.
func (a *API) answerDone(q *request, d done) error {
	status := http.StatusOK
	if d.created && !d.again {
		status = http.StatusCreated
	}
	switch {
	case d.thread != "":
		if status == http.StatusCreated {
			q.w.Header().Set("Location", "/api/reviews/"+q.d.Name+"/threads/"+d.thread)
		}
		return a.answerThread(q, status, d.thread)
	case d.comment != "":
		return a.answerComment(q, status, d.comment)
	}
	return a.getReview(q)
}

func threadForm(q *request) (review.ThreadRequest, error) {
	r := review.ThreadRequest{ID: q.field("id"), Body: q.field("body"), Intent: event.Intent(q.field("intent")), Anchor: q.anchor()}
	if q.r.PostForm.Has("suggestion") {
		text := q.field("suggestion")
		r.Suggestion = &text
	}
	return r, nil
}

func commentForm(q *request) (review.CommentRequest, error) {
	return review.CommentRequest{ID: q.field("id"), Body: q.field("body"), Version: q.version()}, nil
}

func noForm(*request) (nothing, error) { return nothing{}, nil }

func resolveForm(q *request) (review.ResolveRequest, error) {
	return review.ResolveRequest{ID: q.field("id"), Kind: event.ResolutionKind(q.field("kind")), Reason: q.field("reason"), Version: q.version()}, nil
}

func relinkForm(q *request) (review.RelinkRequest, error) {
	return review.RelinkRequest{ID: q.field("id"), Anchor: q.anchor(), Version: q.version()}, nil
}

// Confirmation is what one types to give the last approval: a click that was lured
// out of somebody is not enough to accept a decision.
const Confirmation = "approve"

func (a *API) verdictForm(q *request) (review.VerdictRequest, error) {
	r := review.VerdictRequest{ID: q.field("id"), Verdict: event.Verdict(q.field("verdict")), Body: q.field("body"), Revision: q.field("revision")}
	if r.Verdict == event.Approve && !strings.EqualFold(strings.TrimSpace(q.field("confirm")), Confirmation) {
		shown, err := a.o.Service.Review(q.r.Context(), q.d, q.actor)
		if err != nil {
			return r, err
		}
		if shown.Last {
			return r, refusal.Invalid("yours is the last approval that is needed: type %q to confirm it", Confirmation)
		}
	}
	return r, nil
}
