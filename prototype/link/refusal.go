package link

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// Refusal is a connection between two nodes that one of them has refused.
type Refusal struct {
	Peer   string    `json:"peer"`   // who the other node is, or claims to be
	By     string    `json:"by"`     // who refuses: this node's id, or the peer's
	Reason string    `json:"reason"` // the class: version, identity, name, channel, cut, other
	Detail string    `json:"detail"` // what is wrong and what to do; at most 512 bytes, printable
	At     time.Time `json:"at"`
}

func (r Refusal) Error() string { return r.By + " refuses the connection: " + r.Detail }

const (
	// refusalsKept is for how long a refusal is told that was not repeated, and of
	// how many peers.
	refusalsKept    = 10 * time.Second
	refusalsOfPeers = 64
)

// refusals are the newest of each peer and direction. It may be used by any goroutine.
type refusals struct {
	mu     sync.Mutex
	newest map[refusalKey]Refusal
}

type refusalKey struct {
	peer   string
	dialed bool
}

func (r *refusals) add(k refusalKey, x Refusal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.newest == nil {
		r.newest = make(map[refusalKey]Refusal)
	}
	if _, ok := r.newest[k]; !ok && len(r.newest) >= refusalsOfPeers {
		oldest := k
		for other, y := range r.newest {
			if oldest == k || y.At.Before(r.newest[oldest].At) {
				oldest = other
			}
		}
		delete(r.newest, oldest)
	}
	r.newest[k] = x
}

func (r *refusals) remove(k refusalKey) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.newest, k)
}

func (r *refusals) list(now time.Time) (list []Refusal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, x := range r.newest {
		if now.Sub(x.At) < refusalsKept {
			list = append(list, x)
		}
	}
	slices.SortFunc(list, func(a, b Refusal) int { return cmp.Or(cmp.Compare(a.Peer, b.Peer), cmp.Compare(a.By, b.By)) })
	return list
}

// Refusals lists the refusals of the last ten seconds that no handshake with the
// same peer has followed: for each peer the newest connection that it called for and
// the newest that this node did.
func (m *Mesh) Refusals() []Refusal { return m.refusals.list(time.Now()) }

// stranger is the name for peers that are no members, where names are counted.
const stranger = "stranger"

// refused logs, counts and keeps a refusal. A cut link is no refusal of the other
// node: it is a fault that was asked for.
func (m *Mesh) refused(peer string, dialed bool, c code, by, detail string) error {
	r := Refusal{Peer: printable(peer), By: by, Reason: c.reason(), Detail: printable(detail), At: time.Now()}
	if c == refusedCut {
		return r
	}
	m.refusals.add(refusalKey{peer, dialed}, r)
	if m.cfg.Refused != nil {
		name := r.Peer
		if _, ok := m.cfg.Find(peer); !ok {
			name = stranger
		}
		m.cfg.Refused(name, r.Reason)
	}
	if m.limit.Allow(r.Peer+"\x00"+r.By+"\x00"+r.Reason, r.At) {
		m.cfg.Logger.Warn("a connection between nodes is refused", "peer", r.Peer, "by", r.By, "reason", r.Reason, "detail", r.Detail)
	}
	return r
}
