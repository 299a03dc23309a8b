package node

import (
	"context"
	"sync"
	"time"

	"lockstep/prototype/link"
	"lockstep/prototype/node/presence"
)

// liveness is who is there, as this node hears it. It watches nodes, not shards: a node
// that hosts sixty-four shards is alive or dead as a whole, so one message every few
// milliseconds tells for all of them. Its methods may be called from any goroutine.
type liveness struct {
	self   string
	after  time.Duration // of silence, after which a node is not there; 0: nobody watches
	mesh   *link.Mesh
	roster *roster

	mu     sync.Mutex
	peers  map[string]*presence.Presence
	quorum *presence.Presence // whether a majority is heard

	deniedMu sync.Mutex
	denied   map[denial]uint64 // up to which term somebody has said that he does not lead
}

// newLiveness hears those of the roster over the mesh. A node counts as silent when
// nothing has come from it for so long; 0 takes everybody to be there.
func newLiveness(self string, after time.Duration, mesh *link.Mesh, r *roster) *liveness {
	l := &liveness{self: self, after: after, mesh: mesh, roster: r, peers: make(map[string]*presence.Presence), quorum: presence.New(), denied: make(map[denial]uint64)}
	for _, id := range r.others() {
		l.peers[id] = presence.New()
	}
	return l
}

// watches says whether silence is noticed at all.
func (l *liveness) watches() bool { return l.after > 0 }

// hears says whether a node was heard lately.
func (l *liveness) hears(id string) bool {
	return !l.watches() || id == l.self || time.Since(l.mesh.Heard(id)) < l.after
}

// present gives a context that ends when the node falls silent; it has ended
// already if the node is not there.
func (l *liveness) present(id string) context.Context {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p := l.peers[id]; p != nil && l.watches() {
		return p.Context()
	}
	return context.Background()
}

// arrival gives a channel that is closed when the node is heard.
func (l *liveness) arrival(id string) <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.peers[id] == nil {
		l.peers[id] = presence.New()
	}
	return l.peers[id].Arrived()
}

// majority gives a context that ends when this node no longer hears a majority.
func (l *liveness) majority() context.Context {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.watches() || l.roster.alone() {
		return context.Background()
	}
	return l.quorum.Context()
}

// look notes who is there, and says whether that is a majority, and whether somebody
// is back who was not.
func (l *liveness) look() (majority, back bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range l.roster.others() {
		p := l.peers[id]
		if p == nil {
			p = presence.New()
			l.peers[id] = p
		}
		if here := l.hears(id); here && !p.Here() {
			back = true
			p.Set(true)
		} else {
			p.Set(here)
		}
	}
	l.quorum.Set(l.roster.majority(l.hears))
	return l.quorum.Here(), back
}

// deny notes that a node does not lead a shard, whatever this node believes: it
// has started again, so quickly that nobody missed it. What it says holds up to
// its term; it may have won a later one since.
func (l *liveness) deny(who string, shard int, term uint64) {
	l.deniedMu.Lock()
	defer l.deniedMu.Unlock()
	of := denial{shard, who}
	l.denied[of] = max(l.denied[of], term)
}

// denial is what somebody says of himself. One that asks because it has heard a
// denial says that it does not lead either, and that must not undo the other's.
type denial struct {
	shard int
	node  string
}

// deniedUpTo is the newest term in which a node has said that it does not lead a
// shard; 0 if it has not said so.
func (l *liveness) deniedUpTo(shard int, leader string) uint64 {
	l.deniedMu.Lock()
	defer l.deniedMu.Unlock()
	return l.denied[denial{shard, leader}]
}
