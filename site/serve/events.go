package serve

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"lockstep/site/stream"
)

// broadcast tells all listeners that something changed, and which version it is
// now. No two runs of the program have a version in common.
type broadcast struct {
	run string

	mu sync.Mutex
	n  int
	ch chan struct{}
}

func newBroadcast() *broadcast {
	return &broadcast{run: strconv.FormatInt(time.Now().UnixNano(), 36), ch: make(chan struct{})}
}

// wait gives the version, and a channel that is closed when there is another.
func (b *broadcast) wait() (version string, next <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.name(b.n), b.ch
}

func (b *broadcast) name(n int) string { return fmt.Sprintf("%s-%d", b.run, n) }

// version is the one now, or the one that the next send makes known.
func (b *broadcast) version(next bool) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if next {
		return b.name(b.n + 1)
	}
	return b.name(b.n)
}

func (b *broadcast) send() {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.ch)
	b.ch = make(chan struct{})
	b.n++
}

// follow is the source of the topic "reload": the version now, and each time that it
// is another. A reader that is slow misses versions in between, not the last one.
func (b *broadcast) follow(ctx context.Context, _ stream.Query, send func(stream.Event) error) error {
	for {
		version, changed := b.wait()
		if err := send(stream.Event{Name: "version", Data: []byte(version)}); err != nil {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

const heartbeat = 15 * time.Second

// events is the topic "reload" as a stream of its own, for programs that know no
// other.
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
	version, changed := s.reloads.wait()
	if !write("retry: 500\nevent: version\ndata: "+version+"\n\n") || r.Method == http.MethodHead {
		return
	}
	ticker := time.NewTicker(heartbeat)
	defer ticker.Stop()
	for {
		select {
		case <-changed:
			version, changed = s.reloads.wait()
			if !write("event: reload\ndata: " + version + "\n\n") {
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
