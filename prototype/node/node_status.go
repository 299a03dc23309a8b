package node

import (
	"fmt"

	"lockstep/prototype/link"
)

// Status is what a node knows of itself.
type Status struct {
	Node   string        `json:"node"`
	Shards []ShardStatus `json:"shards"`         // of the quorum lane, by number
	Lazy   *ShardStatus  `json:"lazy,omitempty"` // the lazy lane's only group; nil where there is none
	// Refusals are the connections between this node and others that one of the two
	// has refused lately.
	Refusals []link.Refusal `json:"refusals,omitempty"`
}

// Status gives the state of every shard at this node.
func (n *Node) Status() Status {
	status := Status{Node: n.cfg.ID, Refusals: n.mesh.Refusals()}
	for _, s := range n.quorum() {
		status.Shards = append(status.Shards, s.status(s.id, LaneQuorum))
	}
	if s := n.lazyShard(); s != nil {
		lazy := s.status(0, LaneLazy)
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
// disk takes nothing, its replica takes no part, or it knows no leader, perhaps
// since nodes refuse each other. It is nil if it can.
func (n *Node) Readiness() *Error {
	for _, s := range n.quorum() {
		if problem := s.diskProblem(); problem != "" {
			return diskFull(fmt.Sprintf("shard %d: %s", s.id, problem))
		}
	}
	for _, s := range n.quorum() {
		if err := s.serves(); err != nil {
			return err
		}
		if why := s.trouble(); why != "" {
			return noLeader(fmt.Sprintf("shard %d: %s%s", s.id, why, n.refusals()))
		}
		if s.leader() == "" {
			return noLeader(fmt.Sprintf("shard %d: it has no leader that this node knows%s", s.id, n.refusals()))
		}
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
