package node

import (
	"sync"
	"time"
)

// Lead is how a leader came to lead, by its own clock. Whoever watches a cluster
// sees an election only when it asks, which is late; the winner knows.
type Lead struct {
	ForMicros      int64 `json:"for_us"`      // since it was elected
	ElectionMicros int64 `json:"election_us"` // from its campaign to its election; 0 if it did not campaign by itself
	BarrierMicros  int64 `json:"barrier_us"`  // from its election until it knew everything that was committed before; 0 until then
}

// campaignFor is how long a campaign is given before another one may begin.
const campaignFor = 300 * time.Millisecond

// lead keeps the moments of a shard's newest campaign and election at this node.
type lead struct {
	mu                          sync.Mutex
	campaigned, elected, caught time.Time
}

func (l *lead) campaigns(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.campaigned = now
}

func (l *lead) won(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.elected, l.caught = now, time.Time{}
	if now.Sub(l.campaigned) > campaignFor { // an earlier one
		l.campaigned = time.Time{}
	}
}

func (l *lead) knows(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.caught = now
}

// status is for a node that leads; nil if it has not heard of that itself.
func (l *lead) status(now time.Time) *Lead {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.elected.IsZero() {
		return nil
	}
	status := &Lead{ForMicros: now.Sub(l.elected).Microseconds()}
	if !l.campaigned.IsZero() {
		status.ElectionMicros = max(1, l.elected.Sub(l.campaigned).Microseconds())
	}
	if !l.caught.IsZero() {
		status.BarrierMicros = max(1, l.caught.Sub(l.elected).Microseconds())
	}
	return status
}
