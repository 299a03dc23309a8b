package replica

import (
	"context"
	"fmt"

	"lockstep/prototype/mutant"
	"lockstep/prototype/node/outcome"
	"lockstep/prototype/order"
	"lockstep/prototype/tracing"
)

// Submit queues commands at this node, if it leads, and gives the function that
// waits for their outcome. Of the span, if there is one, the stages become parts.
func (s *Replica) Submit(span *tracing.Span, commands []order.Command) func(context.Context) ([]order.Result, *outcome.Error) {
	refuse := func(detail string) func(context.Context) ([]order.Result, *outcome.Error) {
		return func(context.Context) ([]order.Result, *outcome.Error) { return nil, outcome.NoLeader(detail) }
	}
	switch {
	case s.Serves() != nil:
		return func(context.Context) ([]order.Result, *outcome.Error) { return nil, s.Serves() }
	case !s.Leads():
		return refuse("this node is not the leader")
	case s.live.Majority().Err() != nil:
		return refuse("this leader does not hear a majority")
	case s.Hangs():
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
	return s.batcher.submit(span, commands)
}
