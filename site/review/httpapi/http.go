package httpapi

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"time"

	"lockstep/site/review"
	"lockstep/site/review/access"
	"lockstep/site/review/refusal"
	"lockstep/site/review/strictjson"
	"lockstep/site/review/subject"
	"lockstep/site/stream"
)

// Options are what an [API] is made of.
type Options struct {
	Service *review.Service
	Pages   subject.Pages
	Who     access.Identifier
	Logger  *slog.Logger
	Now     func() time.Time // default: time.Now
	// Gate counts the streams; nil counts those of this API alone.
	Gate *stream.Gate
	// Done ends the streams.
	Done <-chan struct{}
}

// API answers requests about the reviews of a site.
type API struct {
	o        Options
	previews *access.Allowance
}

// New makes an API.
func New(o Options) *API {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Gate == nil {
		o.Gate = &stream.Gate{Who: access.Counted(o.Who)}
	}
	return &API{o: o, previews: access.NewAllowance(previewShare, previewAtOnce, o.Now)}
}

// Handler answers the API below /api/reviews/ and the plain forms below
// /reviews/. Nothing that is asked for with GET changes anything.
func (a *API) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range a.Routes() {
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
func (a *API) Routes() []Route {
	api := func(method, path string, verb access.Verb, h func(*request) error) Route {
		return Route{method, apiPage + path, verb, false, a.handle(h, a.problem)}
	}
	form := func(path string, verb access.Verb, h func(*request) error) Route {
		return Route{http.MethodPost, formPage + path, verb, true, a.handle(h, a.formProblem)}
	}
	return []Route{
		api("GET", "", access.Read, a.getReview),
		api("GET", "/events", access.Read, a.getEvents),
		api("GET", "/blocks/{block}", access.Read, a.getBlock),
		api("POST", "/threads", access.OpenThread, a.postThread),
		api("GET", "/threads/{thread}", access.Read, a.getThread),
		api("POST", "/threads/{thread}/comments", access.Reply, a.postComment),
		api("PATCH", "/comments/{comment}", access.EditComment, a.patchComment),
		api("DELETE", "/comments/{comment}", access.RedactComment, a.deleteComment),
		api("PATCH", "/threads/{thread}/comments/{comment}", access.EditComment, a.patchComment),
		api("DELETE", "/threads/{thread}/comments/{comment}", access.RedactComment, a.deleteComment),
		api("POST", "/threads/{thread}/resolve", access.Resolve, a.postResolve),
		api("POST", "/threads/{thread}/reopen", access.Reopen, a.postReopen),
		api("POST", "/threads/{thread}/relink", access.Relink, a.postRelink),
		api("POST", "/threads/{thread}/apply", access.Apply, a.postApply),
		api("PUT", "/verdict", access.GiveVerdict, a.putVerdict),
		form("/threads", access.OpenThread, a.formThread),
		form("/threads/{thread}/comments", access.Reply, a.formComment),
		form("/threads/{thread}/resolve", access.Resolve, a.formResolve),
		form("/threads/{thread}/reopen", access.Reopen, a.formReopen),
		form("/threads/{thread}/relink", access.Relink, a.formRelink),
		form("/threads/{thread}/apply", access.Apply, a.formApply),
		form("/comments/{comment}/edit", access.EditComment, a.formEdit),
		form("/comments/{comment}/redact", access.RedactComment, a.formRedact),
		form("/verdict", access.GiveVerdict, a.formVerdict),
		{"GET", formPage + "/feed.xml", access.Read, false, a.handle(a.pageFeed, a.problem)},
		{"GET", formPage + "/threads/{thread}/feed.xml", access.Read, false, a.handle(a.threadFeed, a.problem)},
		{"GET", formPage + "/threads/{thread}/suggestion.patch", access.Read, false, a.handle(a.suggestionPatch, a.problem)},
		{"GET", "/reviews/feed.xml", access.Read, false, http.HandlerFunc(a.siteFeed)},
		{"POST", "/reviews/preview", access.OpenThread, true, http.HandlerFunc(a.preview)},
	}
}

// MaxRequest bounds the body of a request, in bytes.
const MaxRequest = 64 << 10

// request is a request for a page that exists, by somebody.
type request struct {
	w     http.ResponseWriter
	r     *http.Request
	d     subject.Page
	actor access.Actor
}

// handle finds the page and the person. Reading needs neither a name nor a
// session.
func (a *API) handle(h func(*request) error, fail func(http.ResponseWriter, *http.Request, *refusal.Error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		q := &request{w: w, r: r}
		err := func() error {
			var ok bool
			if q.d, ok = a.o.Pages.Document(r.PathValue("kind") + "/" + r.PathValue("slug")); !ok {
				return refusal.NotFound("there is no such page")
			}
			q.d = a.o.Service.Named(r.Context(), q.d)
			var err error
			q.actor, err = a.o.Who.Identify(r)
			if err != nil && (r.Method != http.MethodGet || !errors.Is(err, access.ErrSignIn)) {
				return err
			}
			r.Body = http.MaxBytesReader(w, r.Body, MaxRequest)
			return h(q)
		}()
		if err == nil {
			return
		}
		no := publicError(err)
		if no.Status >= 500 {
			a.o.Logger.Error("review", "method", r.Method, "path", r.URL.Path, "error", err)
		}
		fail(w, r, no)
	})
}

// problem answers as RFC 9457 has it.
func (a *API) problem(w http.ResponseWriter, _ *http.Request, e *refusal.Error) {
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
		return refusal.New(http.StatusRequestEntityTooLarge, "too-large", "a request may have 64 KiB")
	case err != nil:
		return refusal.Invalid("the request ended early")
	case len(data) == 0 && empty:
		return nil
	}
	if kind, _, err := mime.ParseMediaType(q.r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return refusal.New(http.StatusUnsupportedMediaType, "media-type", "send application/json")
	}
	if err := strictjson.Unmarshal(data, into); err != nil {
		return refusal.Invalid("the JSON is not what is expected: %s", err)
	}
	return nil
}

func (q *request) answer(status int, v any) error {
	q.w.Header().Set("Content-Type", "application/json")
	q.w.WriteHeader(status)
	return json.NewEncoder(q.w).Encode(v)
}
