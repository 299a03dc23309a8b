package node

import (
	"context"
	"fmt"

	"lockstep/prototype/order"
)

// diskProblem says what is wrong with the shard's disk, or "". A disk that is short
// of room is a problem, too.
func (s *shard) diskProblem() string {
	problem := s.disk.Problem()
	switch {
	case problem != "":
		return problem
	case s.disk.IsLow():
		return fmt.Sprintf("no space left for new messages on %s, %s: free some and the replica goes on by itself", s.disk.Path(), s.disk.Room())
	case s.fence.MayStand() != nil:
		return fmt.Sprintf("the disk of %s hangs: this replica takes no part until it answers", s.disk.Path())
	}
	return ""
}

// leaderless is why nobody can order at the moment, as far as this node knows.
func (s *shard) leaderless() *Error {
	if problem := s.disk.Problem(); problem != "" {
		return diskFull("no leader is known for this conversation's shard, and at this replica: " + problem)
	}
	return noLeader("no leader is known for this conversation's shard")
}

func refuseFull(detail string) func(context.Context) ([]order.Result, *Error) {
	return func(context.Context) ([]order.Result, *Error) { return nil, diskFull(detail) }
}
