//go:build !js

package httpapi

import "sync"

// answerQueue lets a stream be read on while its client does not read yet: many
// clients write a whole request before they look at the answer, and would wait for
// us as we for them. What may wait is bounded by the stream's share.
type answerQueue struct {
	out     *pacedWriter
	share   *share
	failing func() // called once, when the client is slow or gone

	mu      sync.Mutex
	changed *sync.Cond
	waiting []byte
	closed  bool
	done    sync.WaitGroup
}

func newAnswerQueue(out *pacedWriter, s *share, failing func()) *answerQueue {
	q := &answerQueue{out: out, share: s, failing: failing}
	q.changed = sync.NewCond(&q.mu)
	q.done.Go(q.run)
	return q
}

// put takes data, for which the share holds as many bytes; they are given back when
// the data is written.
func (q *answerQueue) put(data []byte) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, data...)
	q.changed.Broadcast()
}

// close returns when everything is written, or cannot be.
func (q *answerQueue) close() {
	q.mu.Lock()
	q.closed = true
	q.changed.Broadcast()
	q.mu.Unlock()
	q.done.Wait()
}

func (q *answerQueue) run() {
	var data []byte
	told := false
	for {
		q.mu.Lock()
		for len(q.waiting) == 0 && !q.closed {
			q.changed.Wait()
		}
		data, q.waiting = q.waiting, data[:0]
		last := q.closed && len(data) == 0
		q.mu.Unlock()
		if last {
			return
		}
		err := q.out.pass(data, true)
		q.share.shrink(len(data))
		if cap(data) > chunkBytes {
			data = nil
		}
		if (err != nil || q.out.slow) && !told {
			told = true
			q.failing()
		}
		if err != nil {
			return
		}
	}
}
