package replica

import (
	"context"
	"fmt"

	"lockstep/prototype/node/disk"
	"lockstep/prototype/node/outcome"
	"lockstep/prototype/order"
)

// DiskProblem says what is wrong with the shard's disk, or "". A disk that is short
// of room is a problem, too.
func (s *Replica) DiskProblem() string {
	problem := s.disk.Problem()
	switch {
	case problem != "":
		return problem
	case s.disk.IsLow():
		return fmt.Sprintf("no space left for new messages on %s, %s: free some and the replica goes on by itself", s.disk.Path(), s.disk.Room())
	case s.Hangs():
		return fmt.Sprintf("the disk of %s hangs: this replica takes no part until it answers", s.disk.Path())
	}
	return ""
}

// Leaderless is why nobody can order at the moment, as far as this node knows.
func (s *Replica) Leaderless() *outcome.Error {
	if problem := s.disk.Problem(); problem != "" {
		return outcome.DiskFull("no leader is known for this conversation's shard, and at this replica: " + problem)
	}
	return outcome.NoLeader("no leader is known for this conversation's shard")
}

func refuseFull(detail string) func(context.Context) ([]order.Result, *outcome.Error) {
	return func(context.Context) ([]order.Result, *outcome.Error) { return nil, outcome.DiskFull(detail) }
}

// HasRoom says whether the disk takes what a leader would write.
func (s *Replica) HasRoom() bool { return !s.disk.IsLow() && s.disk.Problem() == "" }

// HasVolume says whether it is known how full this replica's disk is.
func (s *Replica) HasVolume() bool { return s.disk.HasVolume() }

// Reserve looks how full the disk is, and says whether less is free than so many bytes.
func (s *Replica) Reserve(bytes uint64) (low bool) { return s.disk.Reserve(bytes) }

// DiskCounts is what is known of the disk.
func (s *Replica) DiskCounts() disk.Counts { return s.disk.Counts() }

// StoreSizes is how many bytes the shard has on disk, by disk.StoreLog and
// disk.StoreSnapshots, where that is known.
func (s *Replica) StoreSizes() map[string]uint64 { return s.disk.Sizes() }

// Working gives a context that ends when the disk hangs or fails.
func (s *Replica) Working() context.Context { return s.fence.Working() }

// Hangs says whether the disk does not answer.
func (s *Replica) Hangs() bool { return s.fence.MayStand() != nil }

// DiskWrong says which of disk.Kinds of trouble the disk has.
func (s *Replica) DiskWrong() map[string]bool { return s.disk.Wrong(s.fence.MayStand() != nil) }
