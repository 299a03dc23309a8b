package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"lockstep/site"
	"lockstep/site/review"
	"lockstep/site/review/access"
)

// reviewParts are the reviews of a served site.
type reviewParts struct {
	Service *review.Service
	Who     access.Identifier
	store   *reviewStore
	logger  *slog.Logger
}

type reviewOptions struct {
	Data   string // folder of the store
	Pages  review.Pages
	Who    access.Identifier
	Logger *slog.Logger
}

// startReviews opens the store and reads it. The context's end stops the
// streams; Close closes the store.
func startReviews(ctx context.Context, o reviewOptions) (*reviewParts, error) {
	store, err := openReviewStore(ctx, o.Data, o.Logger)
	if err != nil {
		return nil, err
	}
	service, err := review.Open(ctx, review.Options{Log: store.Log, Keys: store.Keys, Revisions: store.Revisions, Pages: o.Pages, Who: o.Who,
		Logger: o.Logger, Done: ctx.Done()})
	if err != nil {
		return nil, errors.Join(damagedReviews(o.Data, err), store.Close())
	}
	return &reviewParts{Service: service, Who: o.Who, store: store, logger: o.Logger}, nil
}

// Review is what a page shows to whoever asks for it.
func (p *reviewParts) Review(r *http.Request, d review.Document) *site.Review {
	who, err := p.Who.Identify(r)
	if err != nil {
		who = access.Actor{}
	}
	shown, err := p.Service.Review(r.Context(), d, who)
	if err != nil {
		p.logger.Error("show a review", "page", d.Page, "error", err)
		return nil
	}
	return shown
}

// OpenThreads is what is open on all pages.
func (p *reviewParts) OpenThreads(r *http.Request) *site.ReviewList {
	who, err := p.Who.Identify(r)
	if err != nil {
		who = access.Actor{}
	}
	list, err := p.Service.List(r.Context(), who)
	if err != nil {
		p.logger.Error("list open threads", "error", err)
		return &site.ReviewList{}
	}
	return list
}

// Close closes the store.
func (p *reviewParts) Close() error {
	if err := p.store.Close(); err != nil {
		return fmt.Errorf("close reviews: %w", err)
	}
	return nil
}

// latePages are the pages of a server that is made after the reviews.
type latePages struct{ pages review.Pages }

func (l *latePages) Document(page string) (review.Document, bool) { return l.pages.Document(page) }

func (l *latePages) Documents() []review.Document { return l.pages.Documents() }
