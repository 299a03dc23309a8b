package httpapi

import (
	"io"
	"net/http"

	"lockstep/site/review"
	"lockstep/site/review/display"
	"lockstep/site/review/patch"
)

func (a *API) postApply(q *request) error {
	var body review.ResolveRequest
	if err := q.decode(&body, true); err != nil {
		return err
	}
	id := q.r.PathValue("thread")
	if err := a.o.Service.Apply(q.r.Context(), q.actor, q.d, id, body.Version); err != nil {
		return err
	}
	return a.answerThread(q, http.StatusOK, id)
}

func (a *API) formApply(q *request) error {
	if err := q.parse(); err != nil {
		return err
	}
	id := q.r.PathValue("thread")
	if err := a.o.Service.Apply(q.r.Context(), q.actor, q.d, id, q.version()); err != nil {
		return err
	}
	return q.back(display.ThreadID(id))
}

// suggestionPatch answers with a suggestion for those who have the repository
// elsewhere.
func (a *API) suggestionPatch(q *request) error {
	t, err := a.o.Service.Suggestion(q.r.Context(), q.d, q.r.PathValue("thread"))
	if err != nil {
		return err
	}
	text, err := patch.Of(q.d, &t)
	if err != nil {
		return err
	}
	q.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err = io.WriteString(q.w, text)
	return err
}
