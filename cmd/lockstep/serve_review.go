package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"

	"lockstep/durable"
	"lockstep/site"
	"lockstep/site/review"
	"lockstep/site/review/access"
	"lockstep/site/review/httpapi"
	"lockstep/site/review/subject"
	"lockstep/site/review/webhook"
	"lockstep/site/serve"
	"lockstep/site/stream"
)

// reviewParts are the reviews of a served site.
type reviewParts struct {
	Service  *review.Service
	API      *httpapi.API
	pages    subject.Pages
	door     *door
	store    *reviewStore
	token    string // for commands on this machine
	quiet    func() // no server is announced any more
	hook     *webhook.Hook
	stopHook func()
	hooked   chan struct{} // closed when the hook has ended
	logger   *slog.Logger
}

type reviewOptions struct {
	Dir    string // the repository
	Data   string // folder of the store
	Hosts  *reviewHosts
	Pages  subject.Pages
	Door   *door
	Logger *slog.Logger
	Gate   *stream.Gate
	URL    string // where commands on this machine reach the server
	Public string // where browsers reach it
}

// startReviews opens the store and reads it. The context's end stops the
// streams; Close closes the store.
func startReviews(ctx context.Context, o reviewOptions) (*reviewParts, error) {
	store, err := openReviewStore(ctx, storeOptions{Dir: o.Data, Hosts: o.Hosts, Logger: o.Logger})
	if err != nil {
		return nil, err
	}
	signer, err := openReviewSigner(o.Dir, o.Data)
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	service, err := review.Open(ctx, review.Options{Log: store.Log, Keys: store.Keys, Revisions: store.Revisions,
		Sign: signer.Sign, Apply: applier(o.Dir, o.Door), Logger: o.Logger})
	if err != nil {
		return nil, errors.Join(damagedReviews(o.Data, err), store.Close())
	}
	api := httpapi.New(httpapi.Options{Service: service, Pages: o.Pages, Who: o.Door.Who, Logger: o.Logger, Gate: o.Gate, Done: ctx.Done()})
	p := &reviewParts{Service: service, API: api, pages: o.Pages, door: o.Door, store: store, logger: o.Logger, token: rand.Text()}
	if p.quiet, err = announce(o.Data, serving{URL: o.URL, Token: p.token}); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	if err := durable.WriteFile(filepath.Join(o.Data, addressFile), []byte(o.Public+"\n"), 0o600); err != nil {
		p.quiet()
		return nil, errors.Join(fmt.Errorf("write down the address of the reviews: %w", err), store.Close())
	}
	return p, nil
}

// serve adds the reviews to a site.
func (p *reviewParts) serve(o *serve.Options) {
	mux := http.NewServeMux()
	mux.Handle("/", p.door.Handler)
	mux.Handle("/api/reviews/", p.API.Handler())
	mux.Handle("/reviews/", p.API.Handler())
	mux.Handle(httpapi.OperatorPath, p.API.Operator(p.token))
	o.Reviews = access.DefaultLimits(p.door.Who).Limit(mux)
	o.ReviewRoutes = append([]string{"/api/reviews/", "POST /reviews/", "GET /reviews/feed.xml", "GET /reviews/{kind}/{slug}/feed.xml",
		"GET /reviews/{kind}/{slug}/threads/{thread}/feed.xml", "GET /reviews/{kind}/{slug}/threads/{thread}/suggestion.patch"}, p.door.Patterns...)
	o.Review, o.OpenThreads = p.Review, p.OpenThreads
	o.Topics["review"] = stream.SourceFunc(p.API.Follow)
}

// Review is what a page shows to whoever asks for it.
func (p *reviewParts) Review(r *http.Request, d subject.Page) *site.Review {
	who, err := p.door.Who.Identify(r)
	if err != nil {
		who = access.Actor{}
	}
	shown, err := p.Service.Review(r.Context(), d, who)
	if err != nil {
		p.logger.Error("show a review", "page", d.Name, "error", err)
		return nil
	}
	return shown
}

// OpenThreads is what is open on all pages.
func (p *reviewParts) OpenThreads(r *http.Request) *site.ReviewList {
	who, err := p.door.Who.Identify(r)
	if err != nil {
		who = access.Actor{}
	}
	list, err := p.Service.List(r.Context(), p.pages.Documents(), who)
	if err != nil {
		p.logger.Error("list open threads", "error", err)
		return &site.ReviewList{}
	}
	return list
}

// tell begins to tell the hook, if there is one, until the context ends.
func (p *reviewParts) tell(ctx context.Context) {
	if p.hook == nil {
		return
	}
	ctx, stop := context.WithCancel(ctx)
	p.hook.Service, p.hook.Pages, p.hook.Logger = p.Service, p.pages, p.logger
	p.hooked, p.stopHook = make(chan struct{}), stop
	go func() {
		defer close(p.hooked)
		if err := p.hook.Run(ctx); err != nil && ctx.Err() == nil {
			p.logger.Error("the webhook has ended", "error", err)
		}
	}()
}

// Close closes the store.
func (p *reviewParts) Close() error {
	if p.hooked != nil {
		p.stopHook()
		<-p.hooked
	}
	p.quiet()
	if err := p.store.Close(); err != nil {
		return fmt.Errorf("close reviews: %w", err)
	}
	return nil
}

// latePages are the pages of a server that is made after the reviews.
type latePages struct{ pages subject.Pages }

func (l *latePages) Document(page string) (subject.Page, bool) { return l.pages.Document(page) }

func (l *latePages) Documents() []subject.Page { return l.pages.Documents() }
