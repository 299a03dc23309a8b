package disk

import (
	"maps"
	"time"
)

// sized is a Volume that knows how much is in it.
type sized interface {
	// Sizes gives bytes by what they are: the names of [StoreLog] and [StoreSnapshots].
	Sizes() map[string]uint64
}

// What a shard keeps on its disk.
const (
	StoreLog       = "log"
	StoreSnapshots = "snapshots"
)

// sizeEvery is how old the sizes may be: whoever asks for them must not wait for a disk
// that hangs, and looking at many files has its price.
const sizeEvery = 10 * time.Second

// size looks how much is stored, if that was long ago. It is called by one goroutine.
func (h *Health) size(now time.Time) {
	v, ok := h.volume.(sized)
	if !ok || now.Sub(h.sizedAt) < sizeEvery {
		return
	}
	h.sizedAt = now
	sizes := v.Sizes()
	h.mu.Lock()
	h.sizes = sizes
	h.mu.Unlock()
}

// Sizes gives the bytes that are stored, as they were a while ago; none where that is not
// known.
func (h *Health) Sizes() map[string]uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return maps.Clone(h.sizes)
}
