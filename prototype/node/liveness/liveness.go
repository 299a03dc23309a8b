// Package liveness tells which other nodes are there, by what the mesh hears of them.
//
// It says nothing of who leads: a node that is heard may have lost its lead, and one that
// is not heard may lead others. Package election decides what to do about silence.
package liveness

import (
	"context"
	"sync"
	"time"

	"lockstep/prototype/link"
	"lockstep/prototype/node/presence"
	"lockstep/prototype/node/roster"
)

// Peers is who is there, as this node hears it. It watches nodes, not shards: a node
// that hosts sixty-four shards is alive or dead as a whole, so one message every few
// milliseconds tells for all of them. Its methods may be called from any goroutine.
type Peers struct {
	self   string
	after  time.Duration // of silence, after which a node is not there; 0: nobody watches
	mesh   *link.Mesh
	roster *roster.Roster

	mu     sync.Mutex
	peers  map[string]*presence.Presence
	quorum *presence.Presence // whether a majority is heard

	deniedMu sync.Mutex
	denied   map[denial]uint64 // up to which term somebody has said that he does not lead
}

// New hears those of the roster over the mesh. A node counts as silent when
// nothing has come from it for so long; 0 takes everybody to be there.
func New(self string, after time.Duration, mesh *link.Mesh, r *roster.Roster) *Peers {
	l := &Peers{self: self, after: after, mesh: mesh, roster: r, peers: make(map[string]*presence.Presence), quorum: presence.New(), denied: make(map[denial]uint64)}
	for _, id := range r.Others() {
		l.peers[id] = presence.New()
	}
	return l
}

// Watches says whether silence is noticed at all.
func (l *Peers) Watches() bool { return l.after > 0 }

// LongestTrip is how long a message may be under way on the longest line that is
// reckoned with, and its answer on the way back.
const LongestTrip = time.Second

// absentWithin is how long a node is waited for that is not heard: there may be nobody.
const absentWithin = 100 * time.Millisecond

// Ask asks a node, and waits for as long as a trip may take while the node is heard.
func (l *Peers) Ask(ctx context.Context, id string, channel uint16, payload []byte) ([]byte, error) {
	within, heard := absentWithin, l.Hears(id)
	if heard {
		within = LongestTrip
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	if heard {
		defer context.AfterFunc(l.Present(id), cancel)()
	}
	return l.mesh.Call(ctx, id, channel, payload)
}

// Hears says whether a node was heard lately.
func (l *Peers) Hears(id string) bool {
	return !l.Watches() || id == l.self || time.Since(l.mesh.Heard(id)) < l.after
}

// Heard is when something came last from a node of its own accord; zero if nothing has.
func (l *Peers) Heard(id string) time.Time { return l.mesh.Heard(id) }

// Present gives a context that ends when the node falls silent; it has ended
// already if the node is not there.
func (l *Peers) Present(id string) context.Context {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p := l.peers[id]; p != nil && l.Watches() {
		return p.Context()
	}
	return context.Background()
}

// Majority gives a context that ends when this node no longer hears a majority.
func (l *Peers) Majority() context.Context {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.Watches() || l.roster.Alone() {
		return context.Background()
	}
	return l.quorum.Context()
}

// Look notes who is there, and says whether that is a majority, and whether somebody
// is back who was not.
func (l *Peers) Look() (majority, back bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range l.roster.Others() {
		p := l.peers[id]
		if p == nil {
			p = presence.New()
			l.peers[id] = p
		}
		if here := l.Hears(id); here && !p.Here() {
			back = true
			p.Set(true)
		} else {
			p.Set(here)
		}
	}
	l.quorum.Set(l.roster.Majority(l.Hears))
	return l.quorum.Here(), back
}

// Deny notes that a node does not lead a shard, whatever this node believes: it
// has started again, so quickly that nobody missed it. What it says holds up to
// its term; it may have won a later one since.
func (l *Peers) Deny(who string, shard int, term uint64) {
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

// DeniedUpTo is the newest term in which a node has said that it does not lead a
// shard; 0 if it has not said so.
func (l *Peers) DeniedUpTo(shard int, leader string) uint64 {
	l.deniedMu.Lock()
	defer l.deniedMu.Unlock()
	return l.denied[denial{shard, leader}]
}
