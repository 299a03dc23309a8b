package replica

import (
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/node/folder"
)

// Configuration is the shard's newest one here, committed or not.
func (s *Replica) Configuration() raft.Configuration {
	return s.raft.GetConfiguration().Configuration()
}

// Voters are the members that vote, in the same order at every node.
func (s *Replica) Voters() (ids []string) {
	for _, server := range s.Configuration().Servers {
		if server.Suffrage == raft.Voter {
			ids = append(ids, string(server.ID))
		}
	}
	slices.Sort(ids)
	return ids
}

// servers are all members, whether they vote or not, by the newest configuration.
func (s *Replica) servers() (ids []string) {
	for _, server := range s.Configuration().Servers {
		ids = append(ids, string(server.ID))
	}
	return ids
}

// others are the voters beside this node.
func (s *Replica) others() []raft.ServerID {
	var ids []raft.ServerID
	for _, server := range s.Configuration().Servers {
		if server.Suffrage == raft.Voter && server.ID != raft.ServerID(s.cfg.ID) {
			ids = append(ids, server.ID)
		}
	}
	return ids
}

// Server is one of the members.
func (s *Replica) Server(id string) (raft.Server, bool) {
	for _, server := range s.Configuration().Servers {
		if server.ID == raft.ServerID(id) {
			return server, true
		}
	}
	return raft.Server{}, false
}

// Suffrage is this node's, as the shard's newest configuration here has it;
// Staging if that does not list the node.
func (s *Replica) Suffrage() raft.ServerSuffrage {
	if server, ok := s.Server(s.cfg.ID); ok {
		return server.Suffrage
	}
	return raft.Staging
}

// HasVote says whether this replica is a voter and holds the entry that made it one.
func (s *Replica) HasVote() bool {
	return s.Suffrage() == raft.Voter && !s.IsBeingFilled()
}

// IsBeingFilled says whether this replica was admitted and does not hold the entry that
// admitted it.
func (s *Replica) IsBeingFilled() bool { return s.transport.Unfilled() != nil }

// Found writes the first configuration. Every founder writes the same one, so it
// does not matter who is first.
func (s *Replica) Found(members raft.Configuration) error {
	if err := s.raft.BootstrapCluster(members).Error(); err != nil {
		return err
	}
	s.ruling.founded.Store(true)
	s.transport.Admitted.Store(true)
	return nil
}

// changeWithin bounds how long a change of the members may wait to be proposed.
const changeWithin = 5 * time.Second

// Admit has a leader take a node in, without a vote. It gives the entry that admits it.
func (s *Replica) Admit(id string, address raft.ServerAddress) (at folder.Mark, err error) {
	err = s.ruling.admit(id, func() error {
		var change raft.IndexFuture
		if err := s.ask(func() raft.Future {
			change = s.raft.AddNonvoter(raft.ServerID(id), address, 0, changeWithin)
			return change
		}); err != nil {
			return err
		}
		var e raft.Log
		if err := s.log.GetLog(change.Index(), &e); err != nil {
			return fmt.Errorf("look at the entry that admits: %w", err)
		}
		at = folder.Mark{Term: e.Term, Index: e.Index}
		return nil
	})
	return at, err
}

// Promote has a leader give a member its vote, once it has come to an index that is near
// the end of the log.
func (s *Replica) Promote(member raft.Server, index uint64) error {
	if s.Lags(index) {
		return fmt.Errorf("it has come to entry %d of %d", index, s.raft.LastIndex())
	}
	return s.ask(func() raft.Future { return s.raft.AddVoter(member.ID, member.Address, 0, changeWithin) })
}

// Remove has a leader remove a member.
func (s *Replica) Remove(id string) error {
	return s.ask(func() raft.Future { return s.raft.RemoveServer(raft.ServerID(id), 0, changeWithin) })
}
