package review

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// notice is what a stream tells of an event: enough to know whether to look.
type notice struct {
	N       uint64 `json:"n"`
	Type    Type   `json:"type"`
	Thread  string `json:"thread,omitempty"`
	Comment string `json:"comment,omitempty"`
	Actor   string `json:"actor"`
}

func noticeOf(n uint64, e Event) notice {
	thread, comment := e.Thread, e.Comment
	switch e.Type {
	case ThreadOpened:
		thread, comment = e.ID, e.ID
	case CommentAdded:
		comment = e.ID
	}
	return notice{n, e.Type, thread, comment, e.Actor.Name}
}

const (
	streamBeat   = 15 * time.Second // keeps proxies from closing a quiet stream
	streamBuffer = 200              // notices in one write
)

// getEvents streams the events of a page from the number that the reader has
// seen on, each once and in order. A reader who was away gets what was missed;
// one who is slow is not waited for, since the log keeps everything.
func (s *Service) getEvents(q *request) error {
	leave, err := s.following.enter(q.r, q.actor)
	if err != nil {
		return err
	}
	defer leave()
	p := s.page(q.d.Page)
	watch := s.o.Log.Watch(p.name)
	if err := s.advance(q.r.Context(), p); err != nil {
		return err
	}
	p.mu.Lock()
	after := p.state.N
	p.mu.Unlock()
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
		p.mu.Lock()
		news := p.state.since(after, streamBuffer)
		p.mu.Unlock()
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
		select {
		case <-q.r.Context().Done():
			return nil
		case <-s.o.Done:
			return nil
		case <-beat.C:
			if write(": beat\n\n") != nil {
				return nil
			}
		case <-watch:
			watch = s.o.Log.Watch(p.name)
			if s.advance(q.r.Context(), p) != nil {
				return nil
			}
		}
	}
}

// since lists accepted events above a number.
func (s *State) since(after uint64, limit int) []notice {
	for i := len(s.notices); i > 0; i-- {
		if s.notices[i-1].N <= after {
			return s.notices[i:min(len(s.notices), i+limit)]
		}
	}
	return s.notices[:min(len(s.notices), limit)]
}
