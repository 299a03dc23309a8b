package torture

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/fault"
)

// Parts are those of a window, see [history.Window], as the survivors were seen to go
// through them; they are asked every few milliseconds, so what takes less is seen as
// nothing.
type Parts struct {
	Notice fault.Duration `json:"notice"`
	Elect  fault.Duration `json:"elect"`
	Serve  fault.Duration `json:"serve"`
}

// recoverPatience is how long a cluster may take to replace a leader, and to take
// one in again.
const recoverPatience = 30 * time.Second

var errMissed = errors.New("it did not take effect")

// settled waits until all members answer, agree on the leader of a shard and have
// applied what was committed there, and the leader acknowledges.
func (r *run) settled(ctx context.Context, shard int) (lead, error) {
	ctx, cancel := context.WithTimeout(ctx, recoverPatience)
	defer cancel()
	goal := uint64(0) // what was committed when this began
	for {
		statuses := r.statuses(ctx)
		if goal == 0 {
			for _, status := range statuses {
				if status != nil {
					goal = max(goal, status.Shards[shard].CommitIndex)
				}
			}
		}
		if l, ok := agreed(statuses, shard, goal); ok && r.windows.flows(shard, l.term) {
			return l, nil
		}
		if !rest(ctx, 10*time.Millisecond) {
			return lead{}, fmt.Errorf("shard %d: not all nodes agree on a leader that serves, and have caught up, within %s", shard, recoverPatience)
		}
	}
}

// agreed is the leader of a shard if every node names the same one in the same term
// and has applied the goal.
func agreed(statuses []*api.Status, shard int, goal uint64) (l lead, ok bool) {
	for i, status := range statuses {
		if status == nil {
			return lead{}, false
		}
		s := status.Shards[shard]
		if i == 0 {
			l = lead{s.Leader, s.Term}
		}
		if s.Leader == "" || (lead{s.Leader, s.Term}) != l || s.AppliedIndex < goal {
			return lead{}, false
		}
	}
	return l, true
}

// tookOver waits for the first acknowledgement of a later term.
func (r *run) tookOver(ctx context.Context, shard int, term uint64) error {
	ctx, cancel := context.WithTimeout(ctx, recoverPatience)
	defer cancel()
	for {
		if _, ok := r.windows.after(shard, term); ok {
			return nil
		}
		if !rest(ctx, 10*time.Millisecond) {
			return fmt.Errorf("%w: no successor within %s", errMissed, recoverPatience)
		}
	}
}

// watch asks the survivors again and again whether they have noticed and elected.
// The function that it gives ends that and tells the parts of the window; nil if
// they were not seen in their order.
func (r *run) watch(ctx context.Context, shard int, old lead) (seen func() *Parts) {
	ctx, stop := context.WithCancel(ctx)
	var noticed, elected time.Time
	var watching sync.WaitGroup
	watching.Go(func() {
		for elected.IsZero() && rest(ctx, 3*time.Millisecond) {
			for _, status := range r.statuses(ctx) {
				if status == nil || status.Node == old.node {
					continue
				}
				now, s := time.Now(), status.Shards[shard]
				if noticed.IsZero() && (s.Leader == "" || s.Role == "candidate" || s.Term > old.term) {
					noticed = now
				}
				if s.Role == "leader" && s.Term > old.term {
					elected = now
				}
			}
		}
	})
	return func() *Parts {
		stop()
		watching.Wait()
		window, _ := r.windows.after(shard, old.term)
		notice, elect, serve, ok := window.Split(noticed, elected)
		if !ok {
			return nil
		}
		return &Parts{fault.Duration(notice), fault.Duration(elect), fault.Duration(serve)}
	}
}
