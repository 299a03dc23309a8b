package httpapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

const (
	streamBeat   = 15 * time.Second // keeps proxies from closing a quiet stream
	streamBuffer = 200              // notices in one write
)

// getEvents streams the events of a page from the number that the reader has
// seen on, each once and in order. A reader who was away gets what was missed;
// one who is slow is not waited for, since the log keeps everything.
func (a *API) getEvents(q *request) error {
	leave, err := a.following.enter(q.r, q.actor)
	if err != nil {
		return err
	}
	defer leave()
	service := a.o.Service
	page, after, err := service.Follow(q.r.Context(), q.d)
	if err != nil {
		return err
	}
	watch := service.Watch(page)
	for _, from := range []string{q.r.URL.Query().Get("after"), q.r.Header.Get("Last-Event-ID")} {
		if n, err := strconv.ParseUint(from, 10, 64); err == nil {
			after = min(n, after)
		}
	}
	out := http.NewResponseController(q.w)
	h := q.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	write := func(format string, args ...any) error {
		out.SetWriteDeadline(time.Now().Add(2 * streamBeat))
		if _, err := fmt.Fprintf(q.w, format, args...); err != nil {
			return err
		}
		return out.Flush()
	}
	if write("retry: 1000\n: as of #%d\n\n", after) != nil {
		return nil
	}
	beat := time.NewTicker(streamBeat)
	defer beat.Stop()
	for {
		news, err := service.News(q.r.Context(), page, after, streamBuffer)
		if err != nil {
			return nil
		}
		for _, n := range news {
			data, err := json.Marshal(n)
			if err != nil || write("id: %d\nevent: change\ndata: %s\n\n", n.N, data) != nil {
				return nil
			}
			after = n.N
		}
		if len(news) == streamBuffer {
			continue
		}
		for quiet := true; quiet; {
			select {
			case <-q.r.Context().Done():
				return nil
			case <-a.o.Done:
				return nil
			case <-beat.C:
				if write(": beat\n\n") != nil {
					return nil
				}
			case <-watch:
				watch, quiet = service.Watch(page), false
			}
		}
	}
}
