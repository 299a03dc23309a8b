package disk

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"lockstep/prototype/mutant"
	"lockstep/prototype/node/presence"
)

// Fence keeps a shard's replica with a sick disk from leading, and from becoming
// a leader. The library has no such thing: its leader with a hung disk leads for
// ever (hashicorp/raft issue 503), and a sick node that lost its lead may win it
// back (issue 614).
//
// A write that takes too long, or finds no room, raises the fence: the node neither
// votes nor stands for election, and a leader hands over. If that does not work
// within as long again, it falls silent, so that its followers stop hearing from it
// and elect another. The write that succeeds after all is the probe that lowers the
// fence. After any other error of the disk it stays up until the node starts again,
// since nobody knows what such a disk has kept. Its methods may be called from any
// goroutine.
type Fence struct {
	up     atomic.Bool
	silent atomic.Bool
	after  time.Duration

	mu     sync.Mutex
	hung   map[string]bool    // the parts of the shard whose writes hang or fail
	since  time.Time          // when it went up last
	raises int                // how often the fence went up, by which a late timer knows that it is late
	well   *presence.Presence // of a disk that works
	raised func()             // called when the fence goes up; nil after Close

	running sync.WaitGroup // calls of raised
}

var errFenced = errors.New("the disk of this replica hangs or has failed")

// NewFence gives a fence that is down. after is how long a leader has to hand over
// before it falls silent.
func NewFence(after time.Duration) *Fence {
	f := &Fence{after: after, hung: make(map[string]bool), well: presence.New()}
	f.well.Set(true)
	return f
}

// Working gives a context that ends when the fence goes up.
func (f *Fence) Working() context.Context {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.well.Context()
}

// MayStand gives an error to one who must not vote or be elected.
func (f *Fence) MayStand() error {
	if f.up.Load() && !mutant.On(mutant.NoFence) {
		return errFenced
	}
	return nil
}

// MayLead gives an error to a leader that must fall silent.
func (f *Fence) MayLead() error {
	if f.silent.Load() && !mutant.On(mutant.NoFence) {
		return errFenced
	}
	return nil
}

// SickFor is for how long nothing was written, at most; 0 while the fence is down. It goes
// up when a write has taken too long, or at once when one fails.
func (f *Fence) SickFor() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.up.Load() {
		return 0
	}
	return f.after + time.Since(f.since)
}

// SetHung raises the fence for a part of the shard that cannot write, or lowers it
// when every part can again.
func (f *Fence) SetHung(part string, hung bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !hung {
		delete(f.hung, part)
		if len(f.hung) > 0 {
			return
		}
		f.up.Store(false)
		f.silent.Store(false)
		f.well.Set(true)
		return
	}
	f.hung[part] = true
	if f.up.Swap(true) {
		return
	}
	f.well.Set(false)
	f.since = time.Now()
	f.raises++
	raise := f.raises
	time.AfterFunc(f.after, func() { f.fallSilent(raise) })
	if f.raised != nil && !mutant.On(mutant.NoFence) {
		f.running.Go(f.raised)
	}
}

// fallSilent is called a while after the fence went up. It does nothing if the
// fence has been lowered since, even if it is up again.
func (f *Fence) fallSilent(raise int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.up.Load() && f.raises == raise {
		f.silent.Store(true)
	}
}

// OnRaise sets what is done when the fence goes up; it is done at once if the
// fence is up already.
func (f *Fence) OnRaise(do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.raised = do
	if f.up.Load() {
		f.running.Go(do)
	}
}

// Close waits until no call of raised runs, and lets none begin. It comes before
// the library's shutdown: a call waits for the library's answer, and a library that
// shuts down gives none.
func (f *Fence) Close() {
	f.mu.Lock()
	f.raised = nil
	f.mu.Unlock()
	f.running.Wait()
}
