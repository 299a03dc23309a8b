package stream

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"
)

// heartbeat is how often a quiet stream says that it is there.
const heartbeat = 15 * time.Second

// Handler answers requests for streams.
type Handler struct {
	Sources map[string]Source // by the first word of a topic
	Gate    *Gate
	Logger  *slog.Logger
	// Packs says whether a request may be answered with gzip.
	Packs func(*http.Request) bool
	// Done ends all streams when it is closed.
	Done <-chan struct{}

	encoder encoder
}

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	topics, err := parse(r.URL.RawQuery, r.Header.Get("Last-Event-ID"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	h.Gate.Limit(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.serve(w, r, topics) })).ServeHTTP(w, r)
}

func (h *Handler) serve(w http.ResponseWriter, r *http.Request, topics []topic) {
	ctx, cut := context.WithCancel(r.Context())
	defer cut()
	http.NewResponseController(w).SetReadDeadline(time.Time{})
	header := w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-store")
	header.Set("Vary", "Accept-Encoding")
	header.Set("X-Accel-Buffering", "no")
	if r.Method == http.MethodHead {
		return
	}
	c := newConnection(w, h.Packs != nil && h.Packs(r), cut)
	if c.begin() != nil {
		return
	}
	var following sync.WaitGroup
	over := make(chan struct{})
	for _, t := range topics {
		following.Go(func() { h.follow(ctx, r, c, t) })
	}
	go func() {
		following.Wait()
		close(over)
	}()
	h.keep(ctx, c, over)
	cut()
	<-over // nothing writes after the handler has returned
	c.end()
}

// keep waits until the reader is gone, the server ends, or no topic is left.
func (h *Handler) keep(ctx context.Context, c *connection, over <-chan struct{}) {
	ticker := time.NewTicker(heartbeat)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if c.alive() != nil {
				return
			}
		case <-over:
			return
		case <-ctx.Done():
			return
		case <-h.Done:
			return
		}
	}
}

// follow carries one topic until it is over, and says why.
func (h *Handler) follow(ctx context.Context, r *http.Request, c *connection, t topic) {
	send := func(e Event) error { return c.event(t.name, e, h.encoder.of(t.name, e, c.packed)) }
	kind, rest, _ := strings.Cut(t.name, "/")
	err := error(&End{http.StatusNotFound, "there is no such topic on this server"})
	if source := h.Sources[kind]; source != nil {
		err = source.Follow(ctx, Query{Request: r, Topic: rest, After: t.after, Resumes: t.resumes}, send)
	}
	if ctx.Err() != nil {
		return
	}
	var end *End
	if !errors.As(err, &end) {
		end = &End{http.StatusServiceUnavailable, "the server does not follow this any more; try again later"}
		if err != nil {
			h.Logger.Error("follow a topic", "topic", t.name, "error", err)
		}
	}
	data, _ := json.Marshal(map[string]any{"status": end.Status, "detail": end.Detail}) // of a number and a text
	send(Event{Name: "end", Data: data})
}
