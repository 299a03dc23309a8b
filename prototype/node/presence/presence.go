// Package presence turns whether something is there into channels, so that who
// waits for it, or works only as long as it is there, need not ask again and again.
package presence

import "context"

// Presence is whether something is there: a node that is heard, a disk that works.
// It is guarded by its owner; what Context and Arrived give may be used by any
// goroutine.
type Presence struct {
	here    bool
	ctx     context.Context
	cancel  context.CancelFunc
	arrived chan struct{}
}

// New gives one that is absent.
func New() *Presence {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return &Presence{ctx: ctx, cancel: cancel, arrived: make(chan struct{})}
}

// Set notes whether it is there now.
func (p *Presence) Set(here bool) {
	switch {
	case here && !p.here:
		p.ctx, p.cancel = context.WithCancel(context.Background())
		close(p.arrived)
	case !here && p.here:
		p.cancel()
		p.arrived = make(chan struct{})
	}
	p.here = here
}

// Here says whether it is there.
func (p *Presence) Here() bool { return p.here }

// Context ends when this presence does; that of an absence has ended.
func (p *Presence) Context() context.Context { return p.ctx }

// Arrived is closed when the next presence begins; during one it is closed.
func (p *Presence) Arrived() <-chan struct{} { return p.arrived }
