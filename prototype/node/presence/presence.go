// Package presence turns whether something is there into a context, so that who works
// only as long as it is there need not ask again and again.
package presence

import "context"

// Presence is whether something is there: a node that is heard, a disk that works.
// It is guarded by its owner; what Context gives may be used by any goroutine.
type Presence struct {
	here   bool
	ctx    context.Context
	cancel context.CancelFunc
}

// New gives one that is absent.
func New() *Presence {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return &Presence{ctx: ctx, cancel: cancel}
}

// Set notes whether it is there now.
func (p *Presence) Set(here bool) {
	switch {
	case here && !p.here:
		p.ctx, p.cancel = context.WithCancel(context.Background())
	case !here && p.here:
		p.cancel()
	}
	p.here = here
}

// Here says whether it is there.
func (p *Presence) Here() bool { return p.here }

// Context ends when this presence does; that of an absence has ended.
func (p *Presence) Context() context.Context { return p.ctx }
