package replica

import (
	"fmt"

	"github.com/hashicorp/raft"

	"lockstep/prototype/node/folder"
)

// past is what a replica finds of itself when it starts.
type past struct {
	held     folder.Mark // the newest entry of its log and its snapshots
	votes    folder.Votes
	promised folder.Promise
	unfilled bool // it was being filled, and is not
}

// recall reads a replica's past. The log must have been verified.
func recall(log raft.LogStore, stable raft.StableStore, snapshots raft.SnapshotStore, promised folder.Promise) (past, error) {
	p := past{promised: promised}
	last, err := log.LastIndex()
	if err != nil {
		return p, fmt.Errorf("read log: %w", err)
	}
	if last > 0 {
		var e raft.Log
		if err := log.GetLog(last, &e); err != nil {
			return p, fmt.Errorf("read log entry %d: %w", last, err)
		}
		p.held = folder.Mark{Term: e.Term, Index: e.Index}
	}
	list, err := snapshots.List()
	if err != nil {
		return p, fmt.Errorf("look for snapshots: %w", err)
	}
	for _, s := range list {
		if m := (folder.Mark{Term: s.Term, Index: s.Index}); p.held.Before(m) {
			p.held = m
		}
	}
	p.unfilled = promised.Filling != nil && !holds(log, snapshots, *promised.Filling)
	p.votes, err = folder.ReadVotes(stable)
	return p, err
}

// holds says whether a replica has an entry, in its log or in a snapshot.
func holds(log raft.LogStore, snapshots raft.SnapshotStore, m folder.Mark) bool {
	var e raft.Log
	if log.GetLog(m.Index, &e) == nil {
		return e.Term == m.Term
	}
	list, err := snapshots.List()
	return err == nil && len(list) > 0 && list[0].Index >= m.Index && list[0].Term >= m.Term
}

// empty says that there is nothing: neither entries nor a snapshot. A term alone
// is nothing, since it is written before the first entry, and kept in another file.
func (p past) empty() bool { return p.held == (folder.Mark{}) }

// forgotten says what is missing of what was promised, or "".
func (p past) forgotten() string {
	switch {
	case p.held.Before(p.promised.Log):
		return fmt.Sprintf("its log ends at entry %d of term %d, and it had acknowledged entry %d of term %d", p.held.Index, p.held.Term, p.promised.Log.Index, p.promised.Log.Term)
	case p.unfilled:
		return "it had begun to be filled, and does not hold the entry by which it was admitted"
	case p.votes.Term < p.held.Term:
		return fmt.Sprintf("its votes are of term %d or older, and its log of term %d: the file with its votes was lost or is an older copy", p.votes.Term, p.held.Term)
	case p.votes.Before(p.promised.Votes):
		return fmt.Sprintf("in the file with its votes are term %d and a vote for %.100q in term %d, and it had written term %d and a vote for %.100q in term %d: the disk has changed them",
			p.votes.Term, p.votes.For, p.votes.Voted, p.promised.Votes.Term, p.promised.Votes.For, p.promised.Votes.Voted)
	}
	return ""
}

// remember decides whether this replica may take part, by what it finds of itself,
// and begins to keep its promises. The lazy lane's replicas have none to keep:
// losing what was not flushed is what that lane is there to show.
func (s *Replica) remember(p *folder.Promises) (err error) {
	lazy := s.cfg.Lazy > 0
	promised := p.Loaded[s.Shard]
	if lazy {
		promised = folder.Promise{}
	}
	if s.past, err = recall(s.log, s.stable, s.snapshots, promised); err != nil {
		return fmt.Errorf("look for earlier state: %w", err)
	}
	s.transport.Admitted.Store(!s.past.empty())
	if lazy {
		return nil
	}
	if reason := s.past.forgotten(); reason != "" {
		if s.alone {
			return fmt.Errorf("%w: %s. There is no other member that could fill it: bring back the folder as it was", errForgotten, reason)
		}
		s.forget(reason)
	}
	p.Watch(s.Shard, s.promise)
	return nil
}

// Fill lets this replica take part that a leader has admitted; see transport.Transport.Fill.
func (s *Replica) Fill(admitted folder.Mark) error {
	if err := s.transport.Fill(admitted); err != nil {
		return err
	}
	s.forgot.Store(false)
	return nil
}

// holds says whether this replica has an entry.
func (s *Replica) holds(m folder.Mark) bool {
	_, newest, _ := s.log.DurableEntry()
	return (newest >= m.Index || newest == 0) && holds(s.log, s.snapshots, m)
}

// Reminded compares what a former leader was told with what this replica has, and says
// whether it has forgotten a part of that. One that has as much by now has not: it was
// filled since it started, or acknowledged since, and if that is another history, the
// former leader's replica refuses to have its log cut.
func (s *Replica) Reminded(leader string, told folder.Mark) (forgot bool) {
	if term, index, ok := s.log.DurableEntry(); ok && !(folder.Mark{Term: term, Index: index}).Before(told) {
		return false
	}
	s.forget(fmt.Sprintf("%s was told of entry %d of term %d, and this replica came back with a log that ended at entry %d of term %d: its data folder is an older copy",
		leader, told.Index, told.Term, s.past.held.Index, s.past.held.Term))
	return true
}

// promise is what this replica has promised by now. was is what was written last.
func (s *Replica) promise(was folder.Promise) folder.Promise {
	now := folder.Promise{Log: was.Log, Votes: was.Votes, Applied: max(was.Applied, s.fsm.machine.Index()), Filling: s.transport.Unfilled()}
	if s.forgot.Load() && !s.transport.Admitted.Load() {
		return now // it has promised nothing since
	}
	if v, err := folder.ReadVotes(s.stable); err == nil {
		now.Votes = v
	}
	if term, index, ok := s.log.DurableEntry(); ok {
		now.Log = folder.Mark{Term: term, Index: index}
	} else if list, err := s.snapshots.List(); err == nil && len(list) > 0 {
		now.Log = folder.Mark{Term: list[0].Term, Index: list[0].Index}
	}
	return now
}

// HeldAtStart is the newest entry that this replica had when it started; false if it had
// none.
func (s *Replica) HeldAtStart() (folder.Mark, bool) { return s.past.held, !s.past.empty() }

// HasForgotten says whether this replica has lost a part of what it had promised, and
// was not filled since.
func (s *Replica) HasForgotten() bool { return s.forgot.Load() }
