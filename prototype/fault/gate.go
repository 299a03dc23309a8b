package fault

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
)

// ErrEnded is what a gate gives when its node has ended.
var ErrEnded = errors.New("the node has ended")

// Gate is what a node passes before anything that it does can be noticed outside,
// and before it notices anything itself. While the gate is shut the node is
// paused: whoever comes waits, and goes on where it was when the gate opens. A nil
// *Gate is open for ever; an open one costs a look at one word. All methods may be
// called at any time from any goroutine.
type Gate struct {
	held atomic.Bool // shut or ended

	mu    sync.Mutex
	shut  chan struct{} // closed when it opens or ends; nil unless it is shut
	ended bool
}

// Pass returns nil when the gate is open, ErrEnded when the node has ended, and
// the context's error if that ends first.
func (g *Gate) Pass(ctx context.Context) error {
	if g == nil {
		return nil
	}
	for g.held.Load() {
		g.mu.Lock()
		shut, ended := g.shut, g.ended
		g.mu.Unlock()
		switch {
		case ended:
			return ErrEnded
		case shut == nil:
			return nil
		}
		select {
		case <-shut:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// IsShut says whether the node is paused.
func (g *Gate) IsShut() bool {
	if g == nil || !g.held.Load() {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.shut != nil
}

// Shut pauses the node; false means that it was shut already, or has ended.
func (g *Gate) Shut() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut != nil || g.ended {
		return false
	}
	g.shut = make(chan struct{})
	g.held.Store(true)
	return true
}

// Open lets everybody pass who waits; false means that it was not shut.
func (g *Gate) Open() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut == nil {
		return false
	}
	g.release()
	g.held.Store(false)
	return true
}

// End is for a node that dies: nobody passes any more, and nobody waits.
func (g *Gate) End() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ended = true
	g.held.Store(true)
	g.release()
}

func (g *Gate) release() {
	if g.shut != nil {
		close(g.shut)
		g.shut = nil
	}
}
