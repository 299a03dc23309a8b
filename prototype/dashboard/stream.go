//go:build !js

package dashboard

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"lockstep/prototype/lab"
)

const (
	heartbeat    = 10 * time.Second
	writeTimeout = 5 * time.Second // after which a reader that does not read is dropped
	comeBack     = 10              // seconds, for readers beyond the limit
)

// ErrFull says that as many readers watch as may.
var ErrFull = errors.New("too many people are watching; the page shows a snapshot")

// watch begins to watch, until leave is called.
func (h *handler) watch() (w *lab.Watch, leave func(), err error) {
	select {
	case h.streams <- struct{}{}:
	default:
		return nil, nil, ErrFull
	}
	w = h.Lab.Watch()
	return w, func() {
		w.Close()
		<-h.streams
	}, nil
}

// Follow sends frames until the context ends, or send gives an error. Each is a "frame"
// with all of its markup, or a "patch" of the frame that was sent before it, see
// [changeFrom]. A frame that came while send had not returned is replaced by the next.
// Data is the same for everybody and not to be changed.
func (d *Dashboard) Follow(ctx context.Context, send func(name string, data []byte) error) error {
	watch, leave, err := d.watch()
	if err != nil {
		return err
	}
	defer leave()
	for last := uint64(0); ; {
		select {
		case f := <-watch.Frames():
			name, data, err := d.drawn.next(f, last)
			if err != nil {
				return err
			}
			if err := send(name, data); err != nil {
				return err
			}
			last = f.Number
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// events streams frames. A frame that was not taken in time is replaced by the
// next, so a slow reader sees fewer of them and never an old one.
func (h *handler) events(w http.ResponseWriter, r *http.Request) {
	watch, leave, err := h.watch()
	if err != nil {
		w.Header().Set("Retry-After", fmt.Sprint(comeBack))
		http.Error(w, sentence(err.Error()), http.StatusServiceUnavailable)
		return
	}
	defer leave()
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
