//go:build !js

package dashboard

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"lockstep/prototype/lab"
)

const (
	heartbeat    = 10 * time.Second
	writeTimeout = 5 * time.Second // after which a reader that does not read is dropped
	comeBack     = 10              // seconds, for readers beyond the limit
)

// events streams frames. A frame that was not taken in time is replaced by the
// next, so a slow reader sees fewer of them and never an old one.
func (h *handler) events(w http.ResponseWriter, r *http.Request) {
	select {
	case h.streams <- struct{}{}:
		defer func() { <-h.streams }()
	default:
		w.Header().Set("Retry-After", fmt.Sprint(comeBack))
		http.Error(w, "Too many people are watching; the page shows a snapshot.", http.StatusServiceUnavailable)
		return
	}
	watch := h.Lab.Watch()
	defer watch.Close()
	controller := http.NewResponseController(w)
	controller.SetReadDeadline(time.Time{})
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no")
	alive := time.NewTicker(heartbeat)
	defer alive.Stop()
	var buffer bytes.Buffer
	buffer.WriteString("retry: 1000\n\n")
	for {
		select {
		case f := <-watch.Frames():
			data, err := h.drawn.event(f)
			if err != nil {
				h.Logger.Warn("render frame", "error", err)
				return
			}
			buffer.Write(data)
		case <-alive.C:
			buffer.WriteString(": alive\n\n")
		case <-r.Context().Done():
			return
		case <-h.Done:
			return
		}
		controller.SetWriteDeadline(time.Now().Add(writeTimeout))
		if _, err := buffer.WriteTo(w); err != nil || controller.Flush() != nil {
			return
		}
	}
}

// drawn keeps the newest frame as an event: everybody who watches gets the same
// bytes, so two hundred readers cost one drawing.
type drawn struct {
	mu     sync.Mutex
	number uint64
	data   []byte
}

// event is a frame as one event. Nobody changes the bytes.
func (d *drawn) event(f lab.Frame) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.data != nil && d.number == f.Number {
		return d.data, nil
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "event: frame\nid: %d\n", f.Number)
	if err := View(f).Render(context.Background(), &lines{w: &b, start: true}); err != nil {
		return nil, err
	}
	b.WriteString("\n\n")
	if d.data == nil || f.Number > d.number { // one who is slow must not take the newest from the others
		d.number, d.data = f.Number, b.Bytes()
	}
	return b.Bytes(), nil
}

// lines prefixes every line with "data: ", as the stream format wants it. The
// format has three line endings, so a carriage return ends a line as well.
type lines struct {
	w     io.Writer
	start bool
}

func (l *lines) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		if l.start {
			if _, err := io.WriteString(l.w, "data: "); err != nil {
				return 0, err
			}
			l.start = false
		}
		i := bytes.IndexAny(rest, "\r\n")
		if i < 0 {
			if _, err := l.w.Write(rest); err != nil {
				return 0, err
			}
			break
		}
		if _, err := l.w.Write(append(rest[:i:i], '\n')); err != nil {
			return 0, err
		}
		rest, l.start = rest[i+1:], true
	}
	return len(p), nil
}
