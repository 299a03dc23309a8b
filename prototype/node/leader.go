package node

import (
	"time"

	"github.com/hashicorp/raft"
)

// leader is the id of the node that this one believes to lead, or "".
func (s *shard) leader() string {
	_, id := s.raft.LeaderWithID()
	return string(id)
}

func (s *shard) leads() bool { return s.raft.State() == raft.Leader }

// leadsIn gives the term in which this replica leads. The library leaves the state of
// a leader before it enters another term.
func (s *shard) leadsIn() (term uint64, leads bool) {
	term = s.raft.CurrentTerm()
	return term, s.leads() && s.raft.CurrentTerm() == term
}

// hearsLeader says whether this replica follows a leader that its node hears.
func (s *shard) hearsLeader() bool {
	leader := s.leader()
	return leader != "" && leader != s.cfg.ID && s.live.hears(leader) && !s.denies(leader)
}

// denies says whether the leader that this replica believes in has said that it is
// none.
func (s *shard) denies(leader string) bool {
	term := s.live.deniedUpTo(s.id, leader)
	return term > 0 && s.raft.CurrentTerm() <= term
}

// lacksLeader says whether the shard has no leader that this node hears.
func (s *shard) lacksLeader() bool {
	leader := s.leader()
	return !s.leads() && (leader == "" || !s.live.hears(leader) || s.denies(leader))
}

// ledNoLonger is the newest term of which it is certain that this replica does not
// lead in it and will not. A candidate may win the term that it is in; a follower
// has no way back. The term is read first: whatever the state is after that, a
// follower's earlier term is lost to it.
func (s *shard) ledNoLonger() uint64 {
	term := s.raft.CurrentTerm()
	if s.raft.State() != raft.Follower && term > 0 {
		return term - 1
	}
	return term
}

// turn is what a shard's preference goes by. The lazy lane's is that of shard 0: who
// compares the lanes wants one failure to strike both.
func (s *shard) turn() int {
	if s.cfg.Lazy > 0 {
		return 0
	}
	return s.id
}

// campaign makes the library stand for election, as if the leader had asked for
// it: that passes over the library's pre-vote, for which the opinions of the
// others have stood in. The election has no privilege; see transport.privileged.
func (s *shard) campaign() {
	s.lead.campaigns(time.Now())
	if s.fence.MayStand() != nil || s.leads() {
		return
	}
	s.transport.campaign(s.cfg.ID)
}
