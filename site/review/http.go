package review

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"

	"lockstep/site/review/access"
)

// Handler answers the API below /api/reviews/ and the plain forms below
// /reviews/. Nothing that is asked for with GET changes anything.
func (s *Service) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range s.Routes() {
		mux.Handle(r.Method+" "+r.Pattern, r.Handler)
	}
	return mux
}

// Route is one way in, and what somebody must be allowed to use it.
type Route struct {
	Method  string
	Pattern string // as net/http has them
	Verb    access.Verb
	Form    bool // a plain form's: it answers with a redirect
	Handler http.Handler
}

const (
	apiPage  = "/api/reviews/{kind}/{slug}"
	formPage = "/reviews/{kind}/{slug}"
)

// Routes are all ways in.
func (s *Service) Routes() []Route {
	api := func(method, path string, verb access.Verb, h func(*request) error) Route {
		return Route{method, apiPage + path, verb, false, s.handle(h, s.problem)}
	}
	form := func(path string, verb access.Verb, h func(*request) error) Route {
		return Route{http.MethodPost, formPage + path, verb, true, s.handle(h, s.formProblem)}
	}
	return []Route{
		api("GET", "", access.Read, s.getReview),
		api("GET", "/events", access.Read, s.getEvents),
		api("GET", "/blocks/{block}", access.Read, s.getBlock),
		api("POST", "/threads", access.OpenThread, s.postThread),
		api("GET", "/threads/{thread}", access.Read, s.getThread),
		api("POST", "/threads/{thread}/comments", access.Reply, s.postComment),
		api("PATCH", "/comments/{comment}", access.EditComment, s.patchComment),
		api("DELETE", "/comments/{comment}", access.RedactComment, s.deleteComment),
		api("PATCH", "/threads/{thread}/comments/{comment}", access.EditComment, s.patchComment),
		api("DELETE", "/threads/{thread}/comments/{comment}", access.RedactComment, s.deleteComment),
		api("POST", "/threads/{thread}/resolve", access.Resolve, s.postResolve),
		api("POST", "/threads/{thread}/reopen", access.Reopen, s.postReopen),
		api("POST", "/threads/{thread}/relink", access.Relink, s.postRelink),
		api("PUT", "/verdict", access.GiveVerdict, s.putVerdict),
		form("/threads", access.OpenThread, s.formThread),
		form("/threads/{thread}/comments", access.Reply, s.formComment),
		form("/threads/{thread}/resolve", access.Resolve, s.formResolve),
		form("/threads/{thread}/reopen", access.Reopen, s.formReopen),
		form("/threads/{thread}/relink", access.Relink, s.formRelink),
		form("/comments/{comment}/edit", access.EditComment, s.formEdit),
		form("/comments/{comment}/redact", access.RedactComment, s.formRedact),
		form("/verdict", access.GiveVerdict, s.formVerdict),
		{"GET", formPage + "/feed.xml", access.Read, false, s.handle(s.pageFeed, s.problem)},
		{"GET", formPage + "/threads/{thread}/feed.xml", access.Read, false, s.handle(s.threadFeed, s.problem)},
		{"GET", "/reviews/feed.xml", access.Read, false, http.HandlerFunc(s.siteFeed)},
		{"POST", "/reviews/preview", access.OpenThread, true, http.HandlerFunc(s.preview)},
	}
}

// request is a request for a page that exists, by somebody.
type request struct {
	w     http.ResponseWriter
	r     *http.Request
	d     Document
	actor access.Actor
}

// handle finds the page and the person. Reading needs neither a name nor a
// session.
func (s *Service) handle(h func(*request) error, fail func(http.ResponseWriter, *http.Request, *Error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		q := &request{w: w, r: r}
		err := func() error {
			var ok bool
			if q.d, ok = s.o.Pages.Document(r.PathValue("kind") + "/" + r.PathValue("slug")); !ok {
				return notFound("there is no such page")
			}
			q.d = s.named(r.Context(), q.d)
			var err error
			q.actor, err = s.o.Who.Identify(r)
			if err != nil && (r.Method != http.MethodGet || !errors.Is(err, access.ErrSignIn)) {
				return err
			}
			r.Body = http.MaxBytesReader(w, r.Body, MaxRequest)
			return h(q)
		}()
		if err == nil {
			return
		}
		refusal := publicError(err)
		if refusal.Status >= 500 {
			s.o.Logger.Error("review", "method", r.Method, "path", r.URL.Path, "error", err)
		}
		fail(w, r, refusal)
	})
}

// problem answers as RFC 9457 has it.
func (s *Service) problem(w http.ResponseWriter, _ *http.Request, e *Error) {
	w.Header().Set("Content-Type", "application/problem+json")
	if e.Status >= 500 {
		w.Header().Set("Retry-After", "1")
	}
	w.WriteHeader(e.Status)
	json.NewEncoder(w).Encode(map[string]any{"type": "about:blank", "title": http.StatusText(e.Status), "status": e.Status, "code": e.Code, "detail": e.Detail})
}

// decode reads a JSON body without fields that are not known. An empty body is
// an empty object where that is enough.
func (q *request) decode(into any, empty bool) error {
	data, err := io.ReadAll(q.r.Body)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return &Error{http.StatusRequestEntityTooLarge, "too-large", "a request may have 64 KiB"}
	case err != nil:
		return invalid("the request ended early")
	case len(data) == 0 && empty:
		return nil
	}
	if kind, _, err := mime.ParseMediaType(q.r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return &Error{http.StatusUnsupportedMediaType, "media-type", "send application/json"}
	}
	if err := strict(data, into); err != nil {
		return invalid("the JSON is not what is expected: %s", err)
	}
	return nil
}

func (q *request) answer(status int, v any) error {
	q.w.Header().Set("Content-Type", "application/json")
	q.w.WriteHeader(status)
	return json.NewEncoder(q.w).Encode(v)
}
