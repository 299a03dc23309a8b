//go:build !js

package httpapi

import (
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

const (
	linePatience = 15 * time.Second // for the next bytes of a line that has begun
	idlePatience = 5 * time.Minute  // for the next line
)

// patientBody reads the body of a stream, which may take as long as it likes as
// long as it gets on. It is read by one goroutine; others may end it.
type patientBody struct {
	r          io.Reader
	controller *http.ResponseController
	within     bool        // a line has begun
	whole      atomic.Bool // all of it was read
	ended      atomic.Bool
}

func newPatientBody(w http.ResponseWriter, r *http.Request) *patientBody {
	return &patientBody{r: r.Body, controller: http.NewResponseController(w)}
}

func (b *patientBody) Read(p []byte) (int, error) {
	patience := idlePatience
	if b.within {
		patience = linePatience
	}
	b.controller.SetReadDeadline(time.Now().Add(patience))
	if b.ended.Load() {
		return 0, io.ErrUnexpectedEOF
	}
	n, err := b.r.Read(p)
	if n > 0 {
		b.within = p[n-1] != '\n'
	}
	if errors.Is(err, io.EOF) {
		// The server goes on reading to learn whether the client is still there.
		b.controller.SetReadDeadline(time.Time{})
		b.whole.Store(true)
	}
	return n, err
}

// end lets no more be read, and ends a Read that waits. Where all was read, the
// server reads, and is let be.
func (b *patientBody) end() error {
	b.ended.Store(true)
	if b.whole.Load() {
		return nil
	}
	return b.controller.SetReadDeadline(time.Now())
}

// leave must be called when a handler that answers while it reads returns, and
// nobody reads any more. The server would otherwise read on to the end of the body
// itself, start to wait there for the client to go away, and panic over the next
// request (net/http: invalid concurrent Body.Read call).
func (b *patientBody) leave() {
	if b.end() == nil && !b.whole.Load() {
		io.Copy(io.Discard, b.r) // what has arrived
	}
}
