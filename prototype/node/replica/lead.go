package replica

import (
	"sync"
	"time"

	"lockstep/prototype/api"
)

// campaignFor is how long a campaign is given before another one may begin.
const CampaignFor = 300 * time.Millisecond

// lead keeps the moments of a shard's newest campaign and election at this node.
type lead struct {
	mu                          sync.Mutex
	campaigned, elected, caught time.Time
	lost                        time.Time // when the newest lead that is over was
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
	if now.Sub(l.campaigned) > CampaignFor { // an earlier one
		l.campaigned = time.Time{}
	}
}

func (l *lead) lose(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lost = now
}

// own gives when this node's newest lead began, and when the newest one that is over was.
func (l *lead) own() (elected, lost time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.elected, l.lost
}

func (l *lead) knows(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.caught = now
}

// status is for a node that leads; nil if it has not heard of that itself.
func (l *lead) status(now time.Time) *api.Lead {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.elected.IsZero() {
		return nil
	}
	status := &api.Lead{ForMicros: now.Sub(l.elected).Microseconds()}
	if !l.campaigned.IsZero() {
		status.ElectionMicros = max(1, l.elected.Sub(l.campaigned).Microseconds())
	}
	if !l.caught.IsZero() {
		status.BarrierMicros = max(1, l.caught.Sub(l.elected).Microseconds())
	}
	return status
}
