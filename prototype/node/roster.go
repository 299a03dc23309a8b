package node

import (
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/raft"
)

// Peer is a member of the cluster, as the others reach it.
type Peer struct {
	ID   string `json:"id"`
	HTTP string `json:"http"` // host:port of its HTTP API
	Raft string `json:"raft"` // host:port of its Raft listener
}

// roster is who belongs to the cluster, as this node knows it. The truth is in
// the configurations that the shards' logs hold; until a shard has one, those
// count that the node was started with. Those who ask to join are guests: they
// can be reached and count for nothing.
//
// It is for finding and hearing others. Who votes in a shard is decided by that
// shard's own configuration and by nothing else.
type roster struct {
	self Peer

	mu      sync.RWMutex
	started map[string]Peer // what the node was started with, for addresses
	members map[string]Peer
	guests  map[string]Peer
	voters  [][]string // the sets of voters that shards have; mostly one
	rest    []string   // see others; replaced and never changed
}

// newRoster begins with the peers that the node was started with, of which it is self.
func newRoster(self string, peers []Peer) *roster {
	r := &roster{started: make(map[string]Peer), members: make(map[string]Peer), guests: make(map[string]Peer)}
	var ids []string
	for _, p := range peers {
		r.started[p.ID], r.members[p.ID] = p, p
		ids = append(ids, p.ID)
	}
	r.self = r.started[self]
	r.voters = [][]string{ids}
	r.renew()
	return r
}

// peer finds a member or a guest.
func (r *roster) peer(id string) (Peer, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if p, ok := r.members[id]; ok {
		return p, true
	}
	p, ok := r.guests[id]
	return p, ok
}

// raftAddress is where a peer listens for the others.
func (r *roster) raftAddress(id string) (string, bool) {
	p, ok := r.peer(id)
	return p.Raft, ok
}

// all lists the members, by id.
func (r *roster) all() (peers []Peer) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, p := range r.members {
		peers = append(peers, p)
	}
	slices.SortFunc(peers, func(a, b Peer) int { return strings.Compare(a.ID, b.ID) })
	return peers
}

// others lists the members beside this node, and the guests. The list is not to be
// changed.
func (r *roster) others() []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.rest
}

// renew makes the list that others gives. r.mu is held.
func (r *roster) renew() {
	var ids []string
	for id := range r.members {
		ids = append(ids, id)
	}
	for id := range r.guests {
		if _, ok := r.members[id]; !ok {
			ids = append(ids, id)
		}
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return id == r.self.ID })
	slices.Sort(ids)
	r.rest = ids
}

// majority says whether those who are here are a majority in some shard.
func (r *roster) majority(here func(id string) bool) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, voters := range r.voters {
		n := 0
		for _, id := range voters {
			if here(id) {
				n++
			}
		}
		if majority(n, len(voters)) {
			return true
		}
	}
	return false
}

// welcome notes one who asks to join, and its address even if it is known: it may
// have come back elsewhere.
func (r *roster) welcome(p Peer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.started[p.ID], r.guests[p.ID] = p, p
	if _, ok := r.members[p.ID]; ok {
		r.members[p.ID] = p
	}
	r.renew()
}

// look takes the members from the shards' configurations.
func (r *roster) look(shards []raft.Configuration) {
	members := make(map[string]string)
	var sets [][]string
	unsettled := false
	for _, c := range shards {
		unsettled = unsettled || len(c.Servers) == 0
		var voters []string
		for _, server := range c.Servers {
			members[string(server.ID)] = string(server.Address)
			if server.Suffrage == raft.Voter {
				voters = append(voters, string(server.ID))
			}
		}
		slices.Sort(voters)
		if len(voters) > 0 && !slices.ContainsFunc(sets, func(set []string) bool { return slices.Equal(set, voters) }) {
			sets = append(sets, voters)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if unsettled {
		for id, p := range r.started {
			if _, guest := r.guests[id]; !guest {
				members[id] = p.Raft
			}
		}
	}
	if len(sets) > 0 {
		r.voters = sets
	}
	clear(r.members)
	for id, address := range members {
		p, ok := r.started[id]
		if !ok {
			p = parseAddress(id, address)
		}
		r.members[id] = p
	}
	r.renew()
}

// A member that joined has both its addresses in the configuration, so that those
// learn them who were started before it existed.
func (p Peer) address() raft.ServerAddress { return raft.ServerAddress(p.HTTP + "/" + p.Raft) }

func parseAddress(id, address string) Peer {
	if web, raft, ok := strings.Cut(address, "/"); ok {
		return Peer{ID: id, HTTP: web, Raft: raft}
	}
	return Peer{ID: id, Raft: address}
}

// alone says whether there is nobody else.
func (r *roster) alone() bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(r.members) == 1 && len(r.guests) == 0
}

// majority says whether n of so many voters are more than half of them. Half of an
// even number is none: the other half could decide otherwise.
func majority(n, voters int) bool { return 2*n > voters }
