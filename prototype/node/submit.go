package node

import (
	"context"
	"fmt"

	"lockstep/prototype/mutant"
	"lockstep/prototype/order"
)

// submit queues commands at this node, if it leads, and gives the function that
// waits for their outcome.
func (s *shard) submit(commands []order.Command) func(context.Context) ([]order.Result, *Error) {
	refuse := func(detail string) func(context.Context) ([]order.Result, *Error) {
		return func(context.Context) ([]order.Result, *Error) { return nil, noLeader(detail) }
	}
	switch {
	case s.serves() != nil:
		return func(context.Context) ([]order.Result, *Error) { return nil, s.serves() }
	case !s.leads():
		return refuse("this node is not the leader")
	case s.live.majority().Err() != nil:
		return refuse("this leader does not hear a majority")
	case s.fence.MayStand() != nil:
		if problem := s.disk.Problem(); problem != "" {
			return refuseFull(problem)
		}
		return refuse("this leader's disk hangs or has failed")
	case s.disk.IsLow():
		return refuseFull(fmt.Sprintf("less is free on the disk of %s than it keeps in reserve for votes and snapshots", s.cfg.ID))
	}
	if mutant.On(mutant.AckBeforeCommit) {
		return s.guess(commands)
	}
	return s.batcher.submit(commands)
}
