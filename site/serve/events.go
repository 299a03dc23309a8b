package serve

import (
	"fmt"
	"net/http"
	"sync"
	"time"
)

// broadcast tells all listeners that something changed.
type broadcast struct {
	mu sync.Mutex
	ch chan struct{}
}

func newBroadcast() *broadcast { return &broadcast{ch: make(chan struct{})} }

func (b *broadcast) wait() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ch
}

func (b *broadcast) send() {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.ch)
	b.ch = make(chan struct{})
}

const heartbeat = 15 * time.Second

// events is the stream on which browsers hear of changes. A reader that is slow
// misses changes in between, not the last one.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	controller := http.NewResponseController(w)
	controller.SetReadDeadline(time.Time{})
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	write := func(text string) bool {
		controller.SetWriteDeadline(time.Now().Add(heartbeat))
		_, err := fmt.Fprint(w, text)
		return err == nil && controller.Flush() == nil
	}
	changed := s.reloads.wait()
	if !write("retry: 500\n: watching\n\n") {
		return
	}
	ticker := time.NewTicker(heartbeat)
	defer ticker.Stop()
	for {
		select {
		case <-changed:
			changed = s.reloads.wait()
			if !write("event: reload\ndata: changed\n\n") {
				return
			}
		case <-ticker.C:
			if !write(": alive\n\n") {
				return
			}
		case <-r.Context().Done():
			return
		case <-s.stop:
			return
		}
	}
}
