package torture

import (
	"slices"
	"sync"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/fault"
	"lockstep/prototype/history"
)

// windows notes the acknowledgements of each shard, and so how long each change of
// its leader left it without service.
type windows struct {
	shardOf func(conversation string) int

	mu     sync.Mutex
	shards map[int]*history.Windows
}

func newWindows(shardOf func(string) int) *windows {
	return &windows{shardOf: shardOf, shards: make(map[int]*history.Windows)}
}

func (w *windows) add(conversation string, ack api.Ack) {
	now := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	shard := w.shardOf(conversation)
	if w.shards[shard] == nil {
		w.shards[shard] = &history.Windows{}
	}
	w.shards[shard].Acknowledged(now, ack.Epoch, ack.Duplicate)
}

// flows says whether a leader has acknowledged something a moment ago.
func (w *windows) flows(shard int, epoch uint64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.shards[shard]
	return s != nil && s.Epoch == epoch && time.Since(s.Last) < 150*time.Millisecond
}

// after gives the window that ended with the first leader of a later epoch; ok is
// false if there was none.
func (w *windows) after(shard int, epoch uint64) (window history.Window, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.shards[shard]
	if s == nil {
		return window, false
	}
	i := slices.IndexFunc(s.All, func(x history.Window) bool { return x.Epoch > epoch })
	if i < 0 {
		return window, false
	}
	return s.All[i], true
}

// lengthAfter is the length of that window, or 0.
func (w *windows) lengthAfter(shard int, epoch uint64) fault.Duration {
	window, _ := w.after(shard, epoch)
	length, _ := window.Length()
	return fault.Duration(length)
}
