package replica

import (
	"fmt"
	"strconv"
	"time"

	"github.com/hashicorp/raft"
)

// Leader is the id of the node that this one believes to lead, or "".
func (s *Replica) Leader() string {
	_, id := s.raft.LeaderWithID()
	return string(id)
}

// Leads says whether this replica believes to lead.
func (s *Replica) Leads() bool { return s.raft.State() == raft.Leader }

// leadsIn gives the term in which this replica leads. The library leaves the state of
// a leader before it enters another term.
func (s *Replica) leadsIn() (term uint64, leads bool) {
	term = s.raft.CurrentTerm()
	return term, s.Leads() && s.raft.CurrentTerm() == term
}

// settled says whether all of this replica's log is committed.
func (s *Replica) settled() bool { return s.raft.CommitIndex() >= s.raft.LastIndex() }

// Follows gives the leader that this replica follows and its term; none while that
// changes. The library forgets a leader before it enters another term.
func (s *Replica) Follows() (term uint64, leader string) {
	term = s.raft.CurrentTerm()
	if leader = s.Leader(); s.raft.CurrentTerm() != term {
		return 0, ""
	}
	return term, leader
}

// IsFollower says whether this replica neither leads nor stands for election.
func (s *Replica) IsFollower() bool { return s.raft.State() == raft.Follower }

// hearsLeader says whether this replica follows a leader that its node hears.
func (s *Replica) hearsLeader() bool {
	leader := s.Leader()
	return leader != "" && leader != s.cfg.ID && s.live.Hears(leader) && !s.denies(leader)
}

// denies says whether the leader that this replica believes in has said that it is
// none.
func (s *Replica) denies(leader string) bool {
	term := s.live.DeniedUpTo(s.Shard, leader)
	return term > 0 && s.raft.CurrentTerm() <= term
}

// LacksLeader says whether the shard has no leader that this node hears.
func (s *Replica) LacksLeader() bool {
	leader := s.Leader()
	return !s.Leads() && (leader == "" || !s.live.Hears(leader) || s.denies(leader))
}

// LedNoLonger is the newest term of which it is certain that this replica does not
// lead in it and will not. A candidate may win the term that it is in; a follower
// has no way back. The term is read first: whatever the state is after that, a
// follower's earlier term is lost to it.
func (s *Replica) LedNoLonger() uint64 {
	term := s.raft.CurrentTerm()
	if !s.IsFollower() && term > 0 {
		return term - 1
	}
	return term
}

// Turn is what a shard's preference goes by. The lazy lane's is that of shard 0: who
// compares the lanes wants one failure to strike both.
func (s *Replica) Turn() int {
	if s.cfg.Lazy > 0 {
		return 0
	}
	return s.Shard
}

// Campaign makes the library stand for election, as if the leader had asked for
// it: that passes over the library's pre-vote, for which the opinions of the
// others have stood in. The election has no privilege; see package transport.
func (s *Replica) Campaign() {
	s.lead.campaigns(time.Now())
	if s.Hangs() || s.Leads() {
		return
	}
	s.transport.Campaign(s.cfg.ID)
}

// Term is the newest that this replica knows.
func (s *Replica) Term() uint64 { return s.raft.CurrentTerm() }

// MayVote says whether this replica would vote now.
func (s *Replica) MayVote() bool { return s.transport.MayVote() == nil }

// MayStand says whether this replica may stand for election.
func (s *Replica) MayStand() bool {
	return s.IsFollower() && s.transport.MayStand() == nil
}

// End is the term and the index of the last entry of this replica's log.
func (s *Replica) End() (term, index uint64) {
	index = s.raft.LastIndex()
	if e, ok := s.entry(index); ok {
		return e.Term, index
	}
	term, _ = strconv.ParseUint(s.raft.Stats()["last_snapshot_term"], 10, 64) // the log ends in a snapshot
	return term, index
}

// AppliedIndex is how far this replica has applied its log.
func (s *Replica) AppliedIndex() uint64 { return s.raft.AppliedIndex() }

// entry is one of the log, committed or not.
func (s *Replica) entry(index uint64) (e raft.Log, ok bool) {
	return e, s.log.GetLog(index, &e) == nil
}

// Committed is an entry that is, and that the log still holds.
func (s *Replica) Committed(index uint64) (e raft.Log, ok bool) {
	if s.raft.CommitIndex() < index {
		return e, false
	}
	return s.entry(index)
}

// mayLag is how many entries a follower may lack that takes a lead over or gets a vote;
// the rest comes with the next ones.
const mayLag = 256

// Lags says whether a follower that has come to an index lacks too much to be counted on.
func (s *Replica) Lags(index uint64) bool { return index+mayLag < s.raft.LastIndex() }

// HandOver gives the lead to a voter.
func (s *Replica) HandOver(to string) error {
	server, ok := s.Server(to)
	if !ok {
		return fmt.Errorf("%s is not a voter", to)
	}
	if !s.transport.Takes(server.ID) {
		return fmt.Errorf("%s takes no entries", to)
	}
	return s.ask(func() raft.Future { return s.raft.LeadershipTransferToServer(server.ID, server.Address) })
}

// HandOverToAny gives the lead, if this replica has it, to the follower that the library
// finds best.
func (s *Replica) HandOverToAny() (had bool, err error) {
	if !s.Leads() {
		return false, nil
	}
	return true, s.ask(s.raft.LeadershipTransfer)
}
