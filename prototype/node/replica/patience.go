package replica

import (
	"context"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/node/outcome"
)

// patience lets a request wait for a leader to be elected, or to take over: that
// is a matter of a fraction of a second, and a client who is refused waits longer
// before it comes again. Only what certainly had no effect is tried again.
type patience struct {
	ctx   context.Context
	until time.Time
}

const (
	leaderPatience = 300 * time.Millisecond
	lookAgain      = 3 * time.Millisecond
)

// Patience is none at a node whose disk hangs: its consensus may be stuck, too, and
// then it hears of no election; others do.
func (s *Replica) Patience(ctx context.Context) patience {
	if s.fence.MayStand() != nil {
		return patience{ctx, time.Time{}}
	}
	return patience{ctx, time.Now().Add(leaderPatience)}
}

// Again waits a moment and says whether to try again after an error.
func (p patience) Again(err *outcome.Error) bool {
	if err.Outcome != api.Fail || err.Reason != outcome.ReasonNoLeader || time.Now().After(p.until) {
		return false
	}
	timer := time.NewTimer(lookAgain)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-p.ctx.Done():
		return false
	}
}
