package fault

import (
	"slices"
	"sync/atomic"
	"time"
)

// Clock is a node's clock. A nil *Clock shows the true time; the methods may be
// called from any goroutine.
//
// The timers of the consensus library do not ask this clock: a process has only one
// monotonic clock, which cannot be made to run differently for one part of it.
type Clock struct {
	// faults is replaced, never changed; nil while there are none.
	faults atomic.Pointer[[]*active]
}

// NewClock is a clock without a fault.
func NewClock() *Clock { return &Clock{} }

// Now is the time that the node believes it is.
func (c *Clock) Now() time.Time { return c.read(true) }

// Steady is for measuring how long something takes: as with a machine's monotonic
// clock, a jump does not change it, but the rate does.
func (c *Clock) Steady() time.Time { return c.read(false) }

func (c *Clock) read(jumps bool) time.Time {
	now := time.Now()
	if c == nil {
		return now
	}
	faults := c.faults.Load()
	if faults == nil {
		return now
	}
	shown := now
	for _, a := range *faults {
		switch {
		case a.Kind == ClockRate:
			shown = shown.Add(time.Duration(float64(now.Sub(a.began)) * (a.Rate - 1)))
		case jumps:
			shown = shown.Add(a.By.D())
		default:
			continue
		}
		a.hit()
	}
	return shown
}

// Jump puts the clock forward by d, or back.
func (c *Clock) Jump(d time.Duration) { c.add(newActive(0, Fault{Kind: ClockJump, By: Duration(d)})) }

// Rate makes the clock run r times as fast from now on, on top of what skews it
// already.
func (c *Clock) Rate(r float64) { c.add(newActive(0, Fault{Kind: ClockRate, Rate: r})) }

// Reset makes the clock show the true time again, in one step.
func (c *Clock) Reset() { c.faults.Store(nil) }

func (c *Clock) add(a *active) {
	c.replace(func(list []*active) []*active { return append(list, a) })
}

func (c *Clock) remove(a *active) {
	c.replace(func(list []*active) []*active {
		return slices.DeleteFunc(list, func(b *active) bool { return a == b })
	})
}

func (c *Clock) replace(change func([]*active) []*active) {
	for {
		old := c.faults.Load()
		var list []*active
		if old != nil {
			list = slices.Clone(*old)
		}
		var next *[]*active
		if list = change(list); len(list) > 0 {
			next = &list
		}
		if c.faults.CompareAndSwap(old, next) {
			return
		}
	}
}
