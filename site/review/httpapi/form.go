package httpapi

import (
	"errors"
	"fmt"
	"html"
	"net/http"
	"strconv"
	"strings"

	"lockstep/site/review"
	"lockstep/site/review/refusal"
)

// The plain forms, for browsers without scripts. Each does what its route of the
// API does, and leads back to the thread.

// parse reads a form within the limits.
func (q *request) parse() error {
	err := q.r.ParseForm()
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return refusal.New(http.StatusRequestEntityTooLarge, "too-large", "a request may have 64 KiB")
	}
	if err != nil {
		return refusal.Invalid("the form cannot be read")
	}
	return nil
}

func (q *request) field(name string) string { return q.r.PostForm.Get(name) }

func (q *request) version() uint64 {
	n, _ := strconv.ParseUint(q.field("version"), 10, 64)
	return n
}

func (q *request) anchor() *review.AnchorRequest {
	return &review.AnchorRequest{Block: review.BlockRef(q.field("block")), Quote: q.field("quote"), Prefix: q.field("prefix"), Suffix: q.field("suffix"), Revision: q.field("revision")}
}

// back leads to a place on the page. The path is the site's own, not the
// request's.
func (q *request) back(fragment string) error {
	if wantsJSON(q.r) {
		return q.answer(http.StatusOK, map[string]string{"fragment": fragment})
	}
	http.Redirect(q.w, q.r, q.d.Path+"#"+fragment, http.StatusSeeOther)
	return nil
}

// wantsJSON: a script that sends a form shows the answer by itself.
func wantsJSON(r *http.Request) bool { return r.Header.Get("Accept") == "application/json" }

// formProblem answers a form that was refused: with the reason, and with what
// was typed, which must not be lost.
func (a *API) formProblem(w http.ResponseWriter, r *http.Request, e *refusal.Error) {
	if wantsJSON(r) {
		a.problem(w, r, e)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(e.Status)
	var kept strings.Builder
	for _, name := range []string{"body", "reason", "suggestion"} {
		if text := r.PostForm.Get(name); text != "" {
			fmt.Fprintf(&kept, "<h2>Your %s</h2>\n<p><textarea rows=\"12\" cols=\"60\" aria-label=\"Your %s\">%s</textarea></p>\n", name, name, html.EscapeString(text))
		}
	}
	fmt.Fprintf(w, `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Not sent</title></head>
<body><h1>This was not sent</h1>
<p>%s.</p>
<p>Nothing was changed. Go back in your browser to try again; what you wrote is below too.</p>
%s</body></html>
`, html.EscapeString(strings.ToUpper(e.Detail[:1])+e.Detail[1:]), kept.String())
}
