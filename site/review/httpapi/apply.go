package httpapi

import (
	"io"

	"lockstep/site/review/patch"
)

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
