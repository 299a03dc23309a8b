//go:build !js

package dashboard

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"

	"lockstep/prototype/lab"
	"lockstep/prototype/lab/action"
	"lockstep/prototype/lab/frame"
)

// Lab is what the dashboard shows and acts on.
type Lab interface {
	Frame() frame.Frame
	Watch() *lab.Watch
	Do(context.Context, action.Action) error
}

var _ Lab = (*lab.Lab)(nil)

// Options configure a handler.
type Options struct {
	Lab    Lab
	Logger *slog.Logger
	// Prefix is where the page with [Live] is: "/lab/".
	Prefix string
	// Allow says whether the one who asks may break something; its error is for
	// that person. Watching and the load are for everybody.
	Allow func(*http.Request) error
	// Streams is how many readers may watch at once; further ones are asked to
	// come back later. Default 256.
	Streams int
	// Done ends all streams when it is closed.
	Done <-chan struct{}
}

// Handler answers below Options.Prefix:
//
//	GET  events            frames as Server-Sent Events
//	GET  frame             the newest frame, as the stream has it
//	GET  may               204 if the one who asks may break something, or 403 with the reason
//	POST actions/{action}  see [Action]
//
// It relies on the caller to refuse requests from other origins.
func Handler(o Options) *Dashboard {
	if o.Streams == 0 {
		o.Streams = 256
	}
	h := &handler{Options: o, streams: make(chan struct{}, o.Streams)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+o.Prefix+"events", h.events)
	mux.HandleFunc("GET "+o.Prefix+"frame", h.frame)
	mux.HandleFunc("GET "+o.Prefix+"may", h.may)
	mux.HandleFunc("POST "+o.Prefix+"actions/{action}", h.act)
	return &Dashboard{mux, h}
}

// Dashboard answers requests for a lab.
type Dashboard struct {
	http.Handler
	*handler
}

type handler struct {
	Options
	streams chan struct{}
	drawn   drawn
}

// HTML is Live for the newest frame, as text that needs no escaping.
func HTML(l Lab) (string, error) {
	var b bytes.Buffer
	err := Live(l.Frame()).Render(context.Background(), &b)
	return b.String(), err
}

func (h *handler) frame(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if err := View(h.Lab.Frame()).Render(r.Context(), w); err != nil {
		h.Logger.Warn("render frame", "error", err)
	}
}
