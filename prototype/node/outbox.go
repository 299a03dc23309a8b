//go:build !js

package node

import (
	"net/http"
	"sync"
)

// outbox lets a stream be read on while its client does not read yet: many clients
// write a whole request before they look at the answer, and would wait for us as
// we for them.
type outbox struct {
	w       http.ResponseWriter
	mu      sync.Mutex
	changed *sync.Cond
	waiting []byte
	closed  bool
	err     error
	done    sync.WaitGroup
}

// outboxLimit bounds, in bytes, the answers that wait for a client: those to more
// than a million messages.
const outboxLimit = 128 << 20

func newOutbox(w http.ResponseWriter) *outbox {
	o := &outbox{w: w}
	o.changed = sync.NewCond(&o.mu)
	o.done.Go(o.run)
	return o
}

// put takes the data, or gives the error of an earlier write.
func (o *outbox) put(data []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(o.waiting) > outboxLimit && o.err == nil {
		o.changed.Wait()
	}
	o.waiting = append(o.waiting, data...)
	o.changed.Broadcast()
	return o.err
}

// close returns when everything is written, or cannot be.
func (o *outbox) close() {
	o.mu.Lock()
	o.closed = true
	o.changed.Broadcast()
	o.mu.Unlock()
	o.done.Wait()
}

func (o *outbox) run() {
	controller := http.NewResponseController(o.w)
	var data []byte
	for {
		o.mu.Lock()
		for len(o.waiting) == 0 && !o.closed {
			o.changed.Wait()
		}
		data, o.waiting = o.waiting, data[:0]
		last := o.closed && len(data) == 0
		o.mu.Unlock()
		if last {
			return
		}
		_, err := o.w.Write(data)
		if err == nil {
			err = controller.Flush()
		}
		o.mu.Lock()
		if err != nil {
			o.err = err
		}
		o.changed.Broadcast()
		o.mu.Unlock()
		if err != nil {
			return
		}
	}
}
