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
	get := func(path string, h func(*request) error) Route {
		return Route{"GET", path, access.Read, false, a.handle(h, a.problem)}
	}
	return append(a.acts(),
		get(apiPage, a.getReview),
		get(apiPage+"/events", a.getEvents),
		get(apiPage+"/blocks/{block}", a.getBlock),
		get(apiPage+"/threads/{thread}", a.getThread),
		get(formPage+"/feed.xml", a.pageFeed),
		get(formPage+"/threads/{thread}/feed.xml", a.threadFeed),
		get(formPage+"/threads/{thread}/suggestion.patch", a.suggestionPatch),
		Route{"GET", "/reviews/feed.xml", access.Read, false, http.HandlerFunc(a.siteFeed)},
		Route{"POST", "/reviews/preview", access.OpenThread, true, http.HandlerFunc(a.preview)})
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

func (a *API) problem(w http.ResponseWriter, _ *http.Request, e *refusal.Error) { e.Write(w) }

// decode reads a JSON body without fields that are not known. Without a body nothing
// is said, which is enough for some requests.
func (q *request) decode(into any) error {
	data, err := io.ReadAll(q.r.Body)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return refusal.New(http.StatusRequestEntityTooLarge, "too-large", "a request may have 64 KiB")
	case err != nil:
		return refusal.Invalid("the request ended early")
	case len(data) == 0:
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
