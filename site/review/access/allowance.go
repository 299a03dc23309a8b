package access

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Allowance is the time that each person's requests may keep a processor busy. What a
// request takes is known only when it was done, so it is written down afterwards,
// and whoever has taken too much waits until it is made up. Its methods may be
// called from any goroutine.
type Allowance struct {
	now   func() time.Time
	share Rate // in milliseconds

	mu      sync.Mutex
	buckets *buckets
}

// inAdvance is written down when a request begins, in milliseconds, so that many at
// once are not all free.
const inAdvance = 10

// NewAllowance allows each person a share of a processor, and so much at once. With
// a nil now it goes by the clock.
func NewAllowance(share float64, atOnce time.Duration, now func() time.Time) *Allowance {
	if now == nil {
		now = time.Now
	}
	return &Allowance{now: now, share: Rate{Each: share * 1000, Burst: int(atOnce.Milliseconds())}, buckets: newBuckets(20_000)}
}

// Begin says how long somebody must wait; if that is 0, work may begin, and done is
// to be called with what it took.
func (a *Allowance) Begin(who Actor) (wait time.Duration, done func(took time.Duration)) {
	a.mu.Lock()
	limiter := a.buckets.get(who.ID, a.share)
	a.mu.Unlock()
	if wait := limiter.ReserveN(a.now(), inAdvance); wait.DelayFrom(a.now()) > 0 {
		delay := wait.DelayFrom(a.now())
		wait.CancelAt(a.now())
		return delay, nil
	}
	return 0, func(took time.Duration) { a.spend(limiter, int(took.Milliseconds())-inAdvance) }
}

// spend takes in parts what is more than a bucket holds.
func (a *Allowance) spend(limiter *rate.Limiter, ms int) {
	for ; ms > 0; ms -= a.share.Burst {
		limiter.ReserveN(a.now(), min(ms, a.share.Burst))
	}
}
