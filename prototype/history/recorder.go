package history

import (
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"
)

// Recorder notes events as they happen. Its methods may be called from any
// goroutine. Times never decrease from event to event.
type Recorder struct {
	began time.Time

	mu     sync.Mutex
	events []Event
	ops    int
	out    *json.Encoder
	err    error
}

// NewRecorder keeps the events in memory and, if w is not nil, writes each of
// them to w at once, so that a history survives a crash of the one who records.
func NewRecorder(w io.Writer) *Recorder {
	r := &Recorder{began: time.Now()}
	if w != nil {
		r.out = json.NewEncoder(w)
		r.out.SetEscapeHTML(false)
	}
	return r
}

// Invoke notes that an operation begins, and gives its number. Call it before
// the request leaves.
func (r *Recorder) Invoke(e Event) (op int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ops++
	e.Type, e.Op = Invoke, r.ops
	r.note(e)
	return e.Op
}

// Complete notes how an operation ended. Call it after the answer has arrived.
func (r *Recorder) Complete(op int, e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e.Op = op
	r.note(e)
}

func (r *Recorder) note(e Event) {
	e.Time = int64(time.Since(r.began))
	r.events = append(r.events, e)
	if r.out != nil && r.err == nil {
		r.err = r.out.Encode(e)
	}
}

// Events gives what was noted so far. The caller must not change it.
func (r *Recorder) Events() []Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.events[:len(r.events):len(r.events)]
}

// Err is the first error of writing, after which nothing more was written.
func (r *Recorder) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return fmt.Errorf("write history: %w", r.err)
	}
	return nil
}
