//go:build !js

package httpapi

import (
	"sync"
	"time"
)

// stall watches whether the clients of a node that send to a shard are acknowledged. A
// rate of failures needs traffic and time; how long nothing was acknowledged shows at
// once, and says so also where the sends just wait.
//
// Its methods may be called from any goroutine.
type stall struct {
	mu      sync.Mutex
	waiting int       // sends that have no answer yet
	since   time.Time // the oldest send after the newest acknowledgement; zero: there is none that counts
	refused time.Time // the newest refusal after it that is the service's fault; zero: there is none
}

// answer is how a send ended, for a stall.
type answer int

const (
	acknowledgement answer = iota
	refusal                // for the service's fault, or unknown
	leaving                // its client has waited, and gave up
	neither                // a refusal that says nothing of the service
)

const (
	// forgetStall is how long a refusal counts that nobody has sent after.
	forgetStall = 15 * time.Second
	// forgetLeaving is the same for a client that gave up. If all is stuck it comes again;
	// if it does not, it may just have had enough to do with a service that was slow.
	forgetLeaving = 3 * time.Second
)

func (s *stall) begin(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(now)
	s.waiting++
	if s.since.IsZero() {
		s.since = now
	}
}

func (s *stall) end(now time.Time, how answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting--
	switch {
	case how == refusal:
		s.refused = now
	case how == leaving:
		if counts := now.Add(forgetLeaving - forgetStall); counts.After(s.refused) {
			s.refused = counts
		}
	case how == acknowledgement:
		s.since, s.refused = time.Time{}, time.Time{}
		if s.waiting > 0 {
			s.since = now
		}
	case s.waiting == 0 && s.refused.IsZero():
		s.since = time.Time{}
	}
}

// forget ends a stall that nobody has met for long. s.mu is held.
func (s *stall) forget(now time.Time) {
	if s.waiting == 0 && now.Sub(s.refused) > forgetStall {
		s.since, s.refused = time.Time{}, time.Time{}
	}
}

// age is for how long there was no acknowledgement.
func (s *stall) age(now time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.forget(now); s.since.IsZero() {
		return 0
	}
	return max(0, now.Sub(s.since))
}
