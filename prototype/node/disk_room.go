package node

import (
	"context"
	"fmt"

	"lockstep/prototype/node/disk"
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

// hasRoom says whether the disk takes what a leader would write.
func (s *shard) hasRoom() bool { return !s.disk.IsLow() && s.disk.Problem() == "" }

// hasVolume says whether it is known how full this replica's disk is.
func (s *shard) hasVolume() bool { return s.disk.HasVolume() }

// reserve looks how full the disk is, and says whether less is free than so many bytes.
func (s *shard) reserve(bytes uint64) (low bool) { return s.disk.Reserve(bytes) }

// diskCounts is what is known of the disk.
func (s *shard) diskCounts() disk.Counts { return s.disk.Counts() }

// working gives a context that ends when the disk hangs or fails.
func (s *shard) working() context.Context { return s.fence.Working() }

// hangs says whether the disk does not answer.
func (s *shard) hangs() bool { return s.fence.MayStand() != nil }
