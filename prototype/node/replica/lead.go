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
	served                      time.Time // the first commit of the newest lead that had one
	lost                        time.Time // until when that lead, or one before it, did its work
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

// lose notes that a lead is over, and until when it did its work. One that has committed
// nothing does not count.
func (l *lead) lose(until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.caught.IsZero() {
		return
	}
	if l.lost = until; until.Before(l.served) {
		l.lost = l.served
	}
}

// own gives since when this node's newest lead has served, and when the newest one was lost;
// a lead that is lost unnoticed has no such moment.
func (l *lead) own() (served, lost time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.served, l.lost
}

func (l *lead) knows(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.caught, l.served = now, now
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
