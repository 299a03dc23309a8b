package node

import (
	"fmt"

	"lockstep/prototype/api"
	"lockstep/prototype/node/outcome"
)

// Status gives the state of every shard at this node.
func (n *Node) Status() api.Status {
	status := api.Status{Node: n.cfg.ID, Refusals: n.mesh.Refusals()}
	for _, s := range n.quorum() {
		status.Shards = append(status.Shards, s.Status(s.Shard, LaneQuorum))
	}
	if s := n.lazyShard(); s != nil {
		lazy := s.Status(0, LaneLazy)
		status.Lazy = &lazy
	}
	return status
}

// Ready says whether this node can answer for every shard of the quorum lane.
func (n *Node) Ready() bool { return n.Readiness() == nil }

// Unready is the text of Readiness, or "".
func (n *Node) Unready() string {
	if err := n.Readiness(); err != nil {
		return err.Detail
	}
	return ""
}

// Readiness says why this node cannot answer for some shard of the quorum lane: its
// disk takes nothing, its replica takes no part, it knows no leader, perhaps since nodes
// refuse each other, or most of the others do not hear it. It is nil if it can.
func (n *Node) Readiness() *outcome.Error {
	for _, s := range n.quorum() {
		if problem := s.DiskProblem(); problem != "" {
			return outcome.DiskFull(fmt.Sprintf("shard %d: %s", s.Shard, problem))
		}
	}
	for _, s := range n.quorum() {
		if err := s.Serves(); err != nil {
			return err
		}
		if why := s.Trouble(); why != "" {
			return outcome.NoLeader(fmt.Sprintf("shard %d: %s%s", s.Shard, why, n.refusals()))
		}
		if s.Leader() == "" {
			return outcome.NoLeader(fmt.Sprintf("shard %d: it has no leader that this node knows%s", s.Shard, n.refusals()))
		}
		// Whoever replaces disks one by one goes by this. While it is being filled it may
		// read in the log that it has a vote, which was its former life's.
		if !s.HasVote() {
			return outcome.NoLeader(fmt.Sprintf("shard %d: this replica is being filled and has no vote yet", s.Shard))
		}
	}
	if !n.roster.Alone() && !n.roster.Majority(n.beats.HeardBy) {
		return outcome.NoLeader("most of the other nodes do not hear this node: what it sends them is lost")
	}
	return nil
}

// refusals tells which nodes refuse each other.
func (n *Node) refusals() (text string) {
	for _, r := range n.mesh.Refusals() {
		other := r.Peer
		if r.By != n.cfg.ID {
			other = "this node"
		}
		text += fmt.Sprintf("; %s refuses %s (%s): %s", r.By, other, r.Reason, r.Detail)
	}
	return text
}
