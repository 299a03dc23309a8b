package replica

import (
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/api"
)

// Status gives the state of this replica, by the number and the lane that clients know.
func (s *Replica) Status(number int, lane string) api.ShardStatus {
	status := api.ShardStatus{
		Shard: number, Lane: lane, Role: role(s.raft.State()), Term: s.raft.CurrentTerm(), Leader: s.Leader(),
		CommitIndex: s.raft.CommitIndex(), AppliedIndex: s.raft.AppliedIndex(), Disk: s.DiskProblem(), Trouble: s.Trouble(),
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
