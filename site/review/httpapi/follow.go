package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"lockstep/site"
	"lockstep/site/review/access"
	"lockstep/site/review/state"
	"lockstep/site/review/subject"
	"lockstep/site/stream"
)

const (
	look       = 5 * time.Second // how often a quiet stream asks whether its session is good
	followMany = 200             // notices that are read at once
)

// ended is told to who followed in a session that has ended since.
var ended = &stream.End{Status: http.StatusUnauthorized, Detail: "your session has ended"}

// Follow is the source of the topic "review": the events of a page, "adr/0001-log",
// for somebody who may read it. A third part of the topic says as whom the page was
// made (site.Reviewer.Mark): it is not followed for anybody else, nor when the session
// is no more.
func (a *API) Follow(ctx context.Context, q stream.Query, send func(stream.Event) error) error {
	part := strings.SplitN(q.Topic, "/", 3)
	if len(part) < 2 {
		return &stream.End{Status: http.StatusNotFound, Detail: "there is no such page"}
	}
	d, ok := a.o.Pages.Document(part[0] + "/" + part[1])
	if !ok {
		return &stream.End{Status: http.StatusNotFound, Detail: "there is no such page"}
	}
	who, err := a.reader(q.Request)
	if err != nil {
		return err
	}
	if len(part) == 3 && (site.Reviewer{ID: who.ID}).Mark() != part[2] {
		return ended
	}
	f := follower{request: q.Request, page: d, who: who, after: q.After, resumes: q.Resumes}
	return a.follow(ctx, f, func(n state.Notice) error {
		data, err := json.Marshal(n)
		if err != nil {
			return err
		}
		return send(stream.Event{Name: "change", Number: n.N, Data: data})
	}, nil)
}

// reader is who asks; nobody is nobody, and may read.
func (a *API) reader(r *http.Request) (access.Actor, error) {
	who, err := a.o.Who.Identify(r)
	if errors.Is(err, access.ErrSignIn) {
		return access.Actor{}, nil
	}
	return who, err
}

// follower is who hears of the events of a page.
type follower struct {
	request *http.Request
	page    subject.Page
	who     access.Actor // as whom
	after   uint64       // the number of the last event that they have
	resumes bool         // after is known; otherwise it is the newest
}

// follow tells a reader of the events of a page, each once and in order, until the
// context or the session ends. Who was away gets what was missed; who is slow is not
// waited for, since the log keeps everything. While nothing happens, quiet is called,
// if it is not nil.
func (a *API) follow(ctx context.Context, f follower, tell func(state.Notice) error, quiet func() error) error {
	service := a.o.Service
	page, after, err := service.Follow(ctx, f.page)
	if err != nil {
		return err
	}
	watch := service.Watch(page)
	if f.resumes {
		after = min(f.after, after)
	}
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	for {
		news, err := service.News(ctx, page, after, followMany)
		if err != nil {
			return err
		}
		if who, err := a.reader(f.request); err != nil {
			return err
		} else if who.ID != f.who.ID {
			return ended
		}
		for _, n := range news {
			if err := tell(n); err != nil {
				return err
			}
			after = n.N
		}
		if len(news) == followMany {
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
			if quiet != nil {
				if err := quiet(); err != nil {
					return err
				}
			}
		case <-watch:
			watch = service.Watch(page)
		}
	}
}
