package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"lockstep/site"
	"lockstep/site/build"
	"lockstep/site/edition"
	"lockstep/site/model"
	"lockstep/site/review/subject"
	"lockstep/site/search"
	"lockstep/site/slo"
	"lockstep/site/stream"
)

// Options configure a server.
type Options struct {
	Builder *build.Builder
	Logger  *slog.Logger
	// Hosts are names beside the loopback ones under which the server may be
	// reached.
	Hosts []string
	// Secure tells that browsers reach the server by https, through a proxy, and
	// shall never do otherwise.
	Secure bool
	// Lab answers below /lab/, except for the page itself; nil where no cluster
	// runs. Live is what the page shows.
	Lab  http.Handler
	Live func() site.HTML
	// Reviews answers below /api/reviews/, /reviews/ and whatever else signing in
	// needs; nil where nobody can comment. Review is what a page shows of its
	// review to whoever asks.
	Reviews      http.Handler
	ReviewRoutes []string // patterns of net/http that Reviews answers
	Review       func(r *http.Request, d subject.Page) *site.Review
	OpenThreads  func(r *http.Request) *site.ReviewList
	// Version is what /version answers with, as JSON; nil where nobody is told.
	Version any
	// AtThisMachine says whether a program at this machine asks, who may see /metrics; nil
	// where nobody may.
	AtThisMachine func(*http.Request) bool
	// Metrics asks the processes of the service that runs beside the site what they
	// have counted; nil where none runs.
	Metrics func(context.Context) []*slo.Metrics
	// Topics are the sources of what pages follow live, beside the site's own
	// "reload", and Gate counts the streams; nil counts them by no person.
	Topics map[string]stream.Source
	Gate   *stream.Gate
}

// Server serves one source tree. Create it with New and end it with Close.
type Server struct {
	options Options
	state   atomic.Pointer[state]
	reloads *broadcast
	reading turn // of reading sources
	joining turn // of joining the pages, and of state.joined
	metrics *metrics
	stop    chan struct{}
	watched chan struct{} // closed when the watcher has ended
}

// state is a tree, or why there is none.
type state struct {
	tree   *build.Tree
	err    error
	joined *joined // nil before somebody has asked
}

// New reads the tree and begins to watch it.
func New(options Options) (*Server, error) {
	if options.Gate == nil {
		options.Gate = &stream.Gate{}
	}
	s := &Server{options: options, reloads: newBroadcast(), reading: make(turn, 1), joining: make(turn, 1), stop: make(chan struct{}), watched: make(chan struct{})}
	s.metrics = newMetrics(s)
	s.load(nil)
	ready := make(chan error, 1)
	go s.watch(ready)
	if err := <-ready; err != nil {
		return nil, err
	}
	return s, nil
}

// Close ends the streams and the watcher.
func (s *Server) Close() {
	close(s.stop)
	<-s.watched
}

// Findings is what is wrong with the sources now.
func (s *Server) Findings() []site.Finding {
	if tree := s.state.Load().tree; tree != nil {
		return tree.Findings
	}
	return nil
}

// load replaces the tree. The old one is kept for those who are still reading.
// Files are those that are known to have changed, or nil if anything may have. It says
// whether there is anything new to be seen.
func (s *Server) load(files []string) (changed bool) {
	s.reading <- struct{}{}
	defer s.reading.give()
	defer s.metrics.read()()
	var tree *build.Tree
	var err error
	before := s.state.Load()
	if files != nil && before != nil && before.tree != nil {
		tree, err = s.options.Builder.Refresh(files)
	} else {
		tree, err = s.options.Builder.Load()
	}
	if before != nil && err == nil && tree == before.tree {
		return false
	}
	if err == nil {
		tree.Site.Stream = streamPath
		tree.Site.Live = s.options.Live
		tree.Site.Counts = s.options.Metrics != nil && tree.Objectives() != nil
		tree.Site.Version = s.reloads.version(before != nil)
		if tree.ByPath(edition.Path) == nil {
			tree.Site.Edition = edition.Path
		}
	}
	s.state.Store(&state{tree: tree, err: err})
	return true
}

// Document implements [subject.Pages] for the tree as it is now.
func (s *Server) Document(name string) (subject.Page, bool) {
	if tree := s.state.Load().tree; tree != nil {
		return tree.Document(name)
	}
	return subject.Page{}, false
}

// Documents implements [subject.Pages].
func (s *Server) Documents() []subject.Page {
	if tree := s.state.Load().tree; tree != nil {
		return tree.ReviewDocuments()
	}
	return nil
}

var _ subject.Pages = (*Server)(nil)

// Where all that a page follows comes from, and where changes of sources alone do.
const (
	streamPath = "/_/stream"
	eventsPath = "/_/events"
)

// Handler answers everything.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET "+streamPath, s.streams())
	mux.Handle("GET "+eventsPath, s.options.Gate.Limit(http.HandlerFunc(s.events)))
	mux.HandleFunc("GET /static/", s.asset)
	mux.HandleFunc("GET /files/", s.file)
	mux.HandleFunc("GET /adr/feed.xml", s.feed)
	mux.HandleFunc("GET "+model.SheetPath, s.sheet)
	mux.HandleFunc("GET "+search.Folder, s.searchFile)
	mux.HandleFunc("GET /robots.txt", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "User-agent: *\nDisallow: /\n") })
	mux.HandleFunc("GET /favicon.ico", icon)
	mux.HandleFunc("GET /llms.txt", s.llms)
	mux.HandleFunc("GET "+build.ObjectivesFolder+"{name}", s.objectives)
	if s.options.Lab != nil {
		mux.Handle("/lab/", s.labOrPage())
	}
	if s.options.Reviews != nil {
		for _, pattern := range s.options.ReviewRoutes {
			mux.Handle(pattern, s.options.Reviews)
		}
		mux.HandleFunc("GET /reviews/{$}", s.reviewList)
		mux.HandleFunc("GET /reviews/{kind}/{slug}", s.reviewRegion)
	}
	if s.options.AtThisMachine != nil {
		mux.Handle("GET /metrics", s.metrics.handler(s.options.AtThisMachine))
	}
	mux.HandleFunc("/", s.page)
	open := http.NewServeMux()
	s.health(open)
	open.Handle("/", s.hosts(http.NewCrossOriginProtection().Handler(mux)))
	return s.metrics.observe(s.headers(open))
}

// promised are the objectives of the sources as they are now, nil for none.
func (s *Server) promised() *slo.Definition {
	if tree := s.state.Load().tree; tree != nil {
		return tree.Objectives()
	}
	return nil
}

// streams answers with the topics that a page follows.
func (s *Server) streams() http.Handler {
	sources := map[string]stream.Source{"reload": stream.SourceFunc(s.reloads.follow)}
	if s.options.Metrics != nil {
		o := &objectives{definition: s.promised, metrics: s.options.Metrics}
		sources["objectives"] = stream.SourceFunc(o.follow)
	}
	maps.Copy(sources, s.options.Topics)
	return &stream.Handler{Sources: sources, Gate: s.options.Gate, Logger: s.options.Logger, Done: s.stop,
		Packs: func(r *http.Request) bool { return accepts(r, "gzip") }}
}

// labOrPage gives the page itself to the site and everything below to the lab, whose
// own stream is counted as the others are.
func (s *Server) labOrPage() http.Handler {
	limited := s.options.Gate.Limit(s.options.Lab)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/lab/" {
			s.page(w, r)
			return
		}
		if r.URL.Path == "/lab/events" {
			limited.ServeHTTP(w, r)
			return
		}
		s.options.Lab.ServeHTTP(w, r)
	})
}

// policy is the Content-Security-Policy of every answer. A page may start workers of
// this site: one holds the stream that its tabs share, one is the laboratory. The
// laboratory's page and its worker may compile WebAssembly as well, and so may a page
// with inputs to change. Framers are who may show it within a page of theirs; without any nobody may.
func policy(path string, page, plays bool, framers ...string) string {
	script, worker := "script-src 'self'", ""
	if path == "/lab/" || strings.HasPrefix(path, "/static/js/lab-worker.") || plays {
		script += " 'wasm-unsafe-eval'"
	}
	if len(framers) == 0 {
		framers = []string{"'none'"}
	}
	if page {
		worker = "worker-src 'self'; "
	}
	return "default-src 'none'; " + script + "; " + worker + "style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; " +
		"form-action 'self'; base-uri 'none'; frame-ancestors " + strings.Join(framers, " ")
}

func (s *Server) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy(r.URL.Path, false, false))
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if s.options.Secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
		next.ServeHTTP(w, r)
	})
}

// hosts refuses requests for a name that is not ours: without it, a page on
// another site could point its own name at this machine and read what is here.
func (s *Server) hosts(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.ours(r.Host) {
			http.Error(w, fmt.Sprintf("This server does not answer for %q.", r.Host), http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Server) ours(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.Trim(name, "[]")
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	if ip := net.ParseIP(name); ip != nil && ip.IsLoopback() {
		return true
	}
	for _, known := range s.options.Hosts {
		if strings.EqualFold(name, known) {
			return true
		}
	}
	return false
}

// HTTP is a server with limits. Streams lift the write limit for themselves.
func (s *Server) HTTP() *http.Server {
	return &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10}
}

// Serve answers on the listener until the context ends.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	server := s.HTTP()
	server.BaseContext = func(net.Listener) context.Context { return ctx } // ends every stream
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	s.Close()
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 500*time.Millisecond)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		server.Close()
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
