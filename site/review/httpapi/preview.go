package httpapi

import (
	"io"
	"net/http"
	"time"

	"lockstep/site/markdown"
	"lockstep/site/review/access"
	"lockstep/site/review/event"
	"lockstep/site/review/refusal"
)

// Previews may take a tenth of a processor for each person, and a second's worth of
// that at once: some hundred of what people write.
const (
	previewShare  = 0.1
	previewAtOnce = time.Second / 2
)

// preview renders a comment for the one who writes it. It keeps nothing, and is for
// those who could send it.
func (a *API) preview(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	r.Body = http.MaxBytesReader(w, r.Body, MaxRequest)
	html, err := func() (string, error) {
		who, err := a.o.Who.Identify(r)
		if err != nil {
			return "", err
		}
		if err := access.Can(who, access.OpenThread, access.Object{}); err != nil {
			return "", err
		}
		q := &request{w: w, r: r}
		if err := q.parse(); err != nil {
			return "", err
		}
		body, err := event.Clean("body", q.field("body"), event.MaxBody)
		if err != nil {
			return "", err
		}
		wait, done := a.previews.Begin(who)
		if wait > 0 {
			return "", refusal.TooMany("too many previews at once", wait)
		}
		begin := a.o.Now()
		defer func() { done(a.o.Now().Sub(begin)) }()
		return string(markdown.Comment(body)), nil
	}()
	if err != nil {
		a.problem(w, r, publicError(err))
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	io.WriteString(w, html)
}
