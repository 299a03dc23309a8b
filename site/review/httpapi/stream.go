package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"lockstep/site/review/refusal"
	"lockstep/site/review/state"
)

// writeWithin is how long a reader may take for what is written.
const writeWithin = 30 * time.Second

// getEvents is the topic "review" of a page as a stream of its own, for programs. It
// goes on from the number in the query, or in the header of a browser that was cut off.
func (a *API) getEvents(q *request) error {
	leave, err := a.o.Gate.Enter(q.r)
	if err != nil {
		return refusal.New(http.StatusServiceUnavailable, "busy", "%s", err)
	}
	defer leave()
	ctx, stop := context.WithCancel(q.r.Context())
	defer stop()
	go func() {
		select {
		case <-a.o.Done:
			stop()
		case <-ctx.Done():
		}
	}()
	_, newest, err := a.o.Service.Follow(ctx, q.d)
	if err != nil {
		return err
	}
	f := follower{request: q.r, page: q.d, who: q.actor, after: newest, resumes: true}
	for _, from := range []string{q.r.URL.Query().Get("after"), q.r.Header.Get("Last-Event-ID")} {
		if n, err := strconv.ParseUint(from, 10, 64); err == nil {
			f.after = min(n, f.after)
		}
	}
	out := http.NewResponseController(q.w)
	h := q.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	write := func(format string, args ...any) error {
		out.SetWriteDeadline(time.Now().Add(writeWithin))
		if _, err := fmt.Fprintf(q.w, format, args...); err != nil {
			return err
		}
		return out.Flush()
	}
	if write("retry: 1000\n: as of #%d\n\n", f.after) != nil {
		return nil
	}
	a.follow(ctx, f, func(n state.Notice) error {
		data, err := json.Marshal(n)
		if err != nil {
			return err
		}
		return write("id: %d\nevent: change\ndata: %s\n\n", n.N, data)
	}, func() error { return write(": beat\n\n") }) // the headers are sent: it ends, whatever the reason
	return nil
}
