package node

import (
	"time"

	"github.com/hashicorp/raft"
)

// ShardStatus is the state of one shard at one node.
type ShardStatus struct {
	Shard        int    `json:"shard"`
	Lane         string `json:"lane"`
	Role         string `json:"role"` // leader, follower, candidate, shutdown
	Term         uint64 `json:"term"`
	Leader       string `json:"leader"` // "" if none is known
	CommitIndex  uint64 `json:"commit_index"`
	AppliedIndex uint64 `json:"applied_index"`
	Disk         string `json:"disk,omitempty"` // what is wrong with its disk, and what to do
	Lead         *Lead  `json:"lead,omitempty"` // of a leader
	// Trouble is why this replica takes no part in the shard, and what may be done;
	// "" if it does.
	Trouble string `json:"trouble,omitempty"`
}

// status gives the state of this replica, by the number and the lane that clients know.
func (s *shard) status(number int, lane string) ShardStatus {
	status := ShardStatus{
		Shard: number, Lane: lane, Role: role(s.raft.State()), Term: s.raft.CurrentTerm(), Leader: s.leader(),
		CommitIndex: s.raft.CommitIndex(), AppliedIndex: s.raft.AppliedIndex(), Disk: s.diskProblem(), Trouble: s.trouble(),
	}
	if status.Role == "leader" {
		status.Lead = s.lead.status(time.Now())
	}
	return status
}

func role(state raft.RaftState) string {
	switch state {
	case raft.Leader:
		return "leader"
	case raft.Candidate:
		return "candidate"
	case raft.Follower:
		return "follower"
	}
	return "shutdown"
}
