package disk

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// The parts of a shard that write.
const (
	PartLog       = "log"
	PartVotes     = "votes"
	PartSnapshots = "snapshots"
)

// Parts are all of them.
var Parts = []string{PartLog, PartVotes, PartSnapshots}

const (
	probeEvery  = 200 * time.Millisecond
	repeatAfter = 30 * time.Second // the same complaint in the log
)

// Health is what is known to be wrong with the disk of one shard. It says so in the
// logger, and to whoever asks. Its methods may be called from any goroutine.
type Health struct {
	shard  int
	logger *slog.Logger
	volume Volume       // nil: none is known
	full   func() error // see NewHealth

	mu     sync.Mutex
	causes map[string]error // by part
	said   map[string]time.Time
	errors map[string]uint64 // how many there were, by part
	free   uint64
	known  bool // free is
	sizes  map[string]uint64

	sizedAt time.Time // of sizes; see size

	low atomic.Bool // free is less than the reserve
}

// NewHealth gives one of a disk with which nothing is wrong. volume may be nil. full
// gives the error of a fault that stands for a full disk, or nil.
func NewHealth(shard int, logger *slog.Logger, volume Volume, full func() error) *Health {
	return &Health{shard: shard, logger: logger, volume: volume, full: full,
		causes: make(map[string]error), said: make(map[string]time.Time), errors: make(map[string]uint64)}
}

// Failed notes that a part could not write.
func (h *Health) Failed(part string, err error) {
	free := h.Room()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.errors[part]++
	before := h.causes[part]
	h.causes[part] = err
	if before != nil && LacksRoom(before) == LacksRoom(err) && time.Since(h.said[part]) < repeatAfter {
		return
	}
	h.said[part] = time.Now()
	h.logger.Error(advice(part, err, h.Path(), free), "shard", h.shard, "part", part, "error", err)
}

// Works notes that a part can write.
func (h *Health) Works(part string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.causes[part]; err != nil {
		delete(h.causes, part)
		// The log may be on the same disk, and what failed is told here again.
		h.logger.Warn("the disk can be written again", "shard", h.shard, "part", part, "path", h.Path(), "failed", err, "times", h.errors[part])
	}
}

// Problem says what is wrong, or "". A disk with which nothing is wrong is not asked:
// this is on the way of each message that is forwarded, and a disk that hangs would
// keep it.
func (h *Health) Problem() string {
	h.recheck()
	part, err := h.worst()
	if err == nil {
		return ""
	}
	return fmt.Sprintf("%s (%s: %v)", advice(part, err, h.Path(), h.Room()), part, err)
}

// worst is what stands in the way of most, or nil.
func (h *Health) worst() (part string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, lacks := range []bool{false, true} {
		for _, part := range Parts {
			if err := h.causes[part]; err != nil && LacksRoom(err) == lacks {
				return part, err
			}
		}
	}
	return "", nil
}

// recheck clears a complaint about snapshots once there is room: the next one may
// be far away.
func (h *Health) recheck() {
	h.mu.Lock()
	err := h.causes[PartSnapshots]
	h.mu.Unlock()
	if err != nil && LacksRoom(err) && h.probe() == nil {
		h.Works(PartSnapshots)
	}
}

// advice says what is wrong and what to do. TestFullDisk makes room, the schedule
// failing-disk of the torture starts the node again, and TestLog_read_only makes
// the disk writable.
func advice(part string, err error, path, free string) string {
	switch {
	case errors.Is(err, syscall.EROFS):
		return fmt.Sprintf("%s is mounted read-only: make it writable and the replica goes on by itself", path)
	case LacksRoom(err):
		return fmt.Sprintf("no space left on %s, %s: free some and the replica goes on by itself", path, free)
	case part == PartSnapshots:
		return fmt.Sprintf("no snapshot can be written to %s, and the log grows until one can", path)
	}
	return fmt.Sprintf("the disk of %s has failed, and nobody knows what it has kept: this replica takes no part until the node is started again", path)
}

// Path names the disk to people.
func (h *Health) Path() string {
	if h.volume == nil {
		return "the disk"
	}
	return h.volume.Path()
}

// Room says to people how much is free.
func (h *Health) Room() string {
	if h.volume != nil {
		if free, _, err := h.volume.Room(); err == nil {
			return fmt.Sprintf("%d bytes free", free)
		}
	}
	return "free bytes unknown"
}

// HasVolume says whether it is known how full the disk is.
func (h *Health) HasVolume() bool { return h.volume != nil }

// probe says whether the disk can be written.
func (h *Health) probe() error {
	if err := h.full(); err != nil || h.volume == nil {
		return err
	}
	return h.volume.Probe()
}

// Await returns when a probe succeeds; it is false when over is closed before.
func (h *Health) Await(over <-chan struct{}) bool {
	ticker := time.NewTicker(probeEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if h.probe() == nil {
				return true
			}
		case <-over:
			return false
		}
	}
}

// Reserve notes how much room is left, and says whether that is too little for
// new messages: wanted, in bytes, but of a small disk a hundredth.
func (h *Health) Reserve(wanted uint64) (low bool) {
	h.size(time.Now())
	var free, total uint64
	known := false
	if h.volume != nil {
		var err error
		free, total, err = h.volume.Room()
		known = err == nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.free, h.known = free, known
	low = known && free < min(wanted, total/100)
	was := h.low.Swap(low)
	if low && !was {
		h.logger.Error("no space left for new messages: what is left is for votes and snapshots", "shard", h.shard, "path", h.Path(), "free", free)
	} else if was && !low {
		h.logger.Info("the disk has room again", "shard", h.shard, "free", free)
	}
	return low
}

// IsLow is what Reserve said last.
func (h *Health) IsLow() bool { return h.low.Load() }

// Sick says whether something cannot be written.
func (h *Health) Sick() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.causes) > 0
}

// Counts are for metrics. Failed is by part.
type Counts struct {
	Free   uint64 // bytes
	Known  bool   // Free is
	Failed map[string]uint64
}

// Counts gives what happened since the node started.
func (h *Health) Counts() Counts {
	h.mu.Lock()
	defer h.mu.Unlock()
	return Counts{h.free, h.known, maps.Clone(h.errors)}
}
