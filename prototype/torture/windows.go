package torture

import (
	"sync"
	"time"

	"lockstep/prototype/api"
)

// windows notes when which shard acknowledged, and so how long each change of its
// leader left it without service.
type windows struct {
	shardOf func(conversation string) int

	mu     sync.Mutex
	shards map[int]*service
}

// service is what is known of one shard.
type service struct {
	epoch   uint64
	last    time.Time // the newest acknowledgement
	changes []change
}

// change is the step from one leader to the next, as senders saw it.
type change struct {
	epoch       uint64
	last, first time.Time // the last acknowledgement before, the first after
}

func newWindows(shardOf func(string) int) *windows {
	return &windows{shardOf: shardOf, shards: make(map[int]*service)}
}

// add notes an acknowledgement. One that repeats an earlier answer shows nothing
// of who leads, as any leader may give it.
func (w *windows) add(conversation string, ack api.Ack) {
	if ack.Duplicate {
		return
	}
	now := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	shard := w.shardOf(conversation)
	s := w.shards[shard]
	if s == nil {
		s = &service{epoch: ack.Epoch}
		w.shards[shard] = s
	}
	if ack.Epoch > s.epoch {
		s.changes = append(s.changes, change{ack.Epoch, s.last, now})
		s.epoch = ack.Epoch
	}
	s.last = now
}

// flows says whether a leader has acknowledged something a moment ago.
func (w *windows) flows(shard int, epoch uint64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.shards[shard]
	return s != nil && s.epoch == epoch && time.Since(s.last) < 150*time.Millisecond
}

// after gives the time without service that ended with the first leader of a
// later epoch; ok is false if there was none.
func (w *windows) after(shard int, epoch uint64) (time.Duration, bool) {
	last, first, ok := w.around(shard, epoch)
	return first.Sub(last), ok
}

// around gives the last acknowledgement before that time and the first after it.
func (w *windows) around(shard int, epoch uint64) (last, first time.Time, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s := w.shards[shard]; s != nil {
		for _, c := range s.changes {
			if c.epoch > epoch {
				return c.last, c.first, true
			}
		}
	}
	return last, first, false
}
