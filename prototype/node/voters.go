package node

import (
	"slices"

	"github.com/hashicorp/raft"
)

// configuration is the shard's newest one here, committed or not.
func (s *shard) configuration() raft.Configuration {
	return s.raft.GetConfiguration().Configuration()
}

// voters are the members that vote, in the same order at every node.
func (s *shard) voters() (ids []string) {
	for _, server := range s.configuration().Servers {
		if server.Suffrage == raft.Voter {
			ids = append(ids, string(server.ID))
		}
	}
	slices.Sort(ids)
	return ids
}

// servers are all members, whether they vote or not, by the newest configuration.
func (s *shard) servers() (ids []string) {
	for _, server := range s.configuration().Servers {
		ids = append(ids, string(server.ID))
	}
	return ids
}

// others are the voters beside this node.
func (s *shard) others() []raft.ServerID {
	var ids []raft.ServerID
	for _, server := range s.configuration().Servers {
		if server.Suffrage == raft.Voter && server.ID != raft.ServerID(s.cfg.ID) {
			ids = append(ids, server.ID)
		}
	}
	return ids
}

// server is one of the members.
func (s *shard) server(id string) (raft.Server, bool) {
	for _, server := range s.configuration().Servers {
		if server.ID == raft.ServerID(id) {
			return server, true
		}
	}
	return raft.Server{}, false
}

// suffrage is this node's, as the shard's newest configuration here has it;
// Staging if that does not list the node.
func (s *shard) suffrage() raft.ServerSuffrage {
	if server, ok := s.server(s.cfg.ID); ok {
		return server.Suffrage
	}
	return raft.Staging
}
