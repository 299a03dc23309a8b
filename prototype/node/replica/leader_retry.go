package replica

import (
	"context"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/node/outcome"
)

// LeaderRetry lets a request wait for a leader to be elected, or to take over: that
// is a matter of a fraction of a second, and a client who is refused waits longer
// before it comes again. Only what certainly had no effect is tried again.
type LeaderRetry struct {
	ctx   context.Context
	until time.Time
}

const (
	leaderRetryFor = 300 * time.Millisecond
	lookAgain      = 3 * time.Millisecond
)

// LeaderRetry ends at once at a node whose disk hangs: its consensus may be stuck, too, and
// then it hears of no election; others do.
func (s *Replica) LeaderRetry(ctx context.Context) LeaderRetry {
	if s.Hangs() {
		return LeaderRetry{ctx, time.Time{}}
	}
	return LeaderRetry{ctx, time.Now().Add(leaderRetryFor)}
}

// Again waits a moment and says whether to try again after an error.
func (r LeaderRetry) Again(err *outcome.Error) bool {
	if err.Outcome != api.Fail || err.Reason != outcome.ReasonNoLeader || time.Now().After(r.until) {
		return false
	}
	timer := time.NewTimer(lookAgain)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.ctx.Done():
		return false
	}
}
