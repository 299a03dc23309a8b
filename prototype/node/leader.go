package node

import (
	"fmt"
	"strconv"
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

// term is the newest that this replica knows.
func (s *shard) term() uint64 { return s.raft.CurrentTerm() }

// mayVote says whether this replica would vote now.
func (s *shard) mayVote() bool { return s.transport.mayVote() == nil }

// mayStand says whether this replica may stand for election.
func (s *shard) mayStand() bool {
	return s.raft.State() == raft.Follower && s.transport.mayStand() == nil
}

// end is the term and the index of the last entry of this replica's log.
func (s *shard) end() (term, index uint64) {
	index = s.raft.LastIndex()
	if e, ok := s.entry(index); ok {
		return e.Term, index
	}
	term, _ = strconv.ParseUint(s.raft.Stats()["last_snapshot_term"], 10, 64) // the log ends in a snapshot
	return term, index
}

// appliedIndex is how far this replica has applied its log.
func (s *shard) appliedIndex() uint64 { return s.raft.AppliedIndex() }

// entry is one of the log, committed or not.
func (s *shard) entry(index uint64) (e raft.Log, ok bool) {
	return e, s.log.GetLog(index, &e) == nil
}

// committed is an entry that is, and that the log still holds.
func (s *shard) committed(index uint64) (e raft.Log, ok bool) {
	if s.raft.CommitIndex() < index {
		return e, false
	}
	return s.entry(index)
}

// mayLag is how many entries a follower may lack that takes a lead over or gets a vote;
// the rest comes with the next ones.
const mayLag = 256

// lags says whether a follower that has come to an index lacks too much to be counted on.
func (s *shard) lags(index uint64) bool { return index+mayLag < s.raft.LastIndex() }

// handOver gives the lead to a voter.
func (s *shard) handOver(to string) error {
	server, ok := s.server(to)
	if !ok {
		return fmt.Errorf("%s is not a voter", to)
	}
	return s.raft.LeadershipTransferToServer(server.ID, server.Address).Error()
}

// handOverToAny gives the lead, if this replica has it, to the follower that the library
// finds best.
func (s *shard) handOverToAny() (had bool, err error) {
	if !s.leads() {
		return false, nil
	}
	return true, s.raft.LeadershipTransfer().Error()
}
