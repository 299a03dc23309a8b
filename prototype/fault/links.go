package fault

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
)

// ErrCut is what a connection over a cut link ends with.
var ErrCut = errors.New("link is cut")

// Links are the connections between one node and its peers, and the faults on
// them. All methods may be called at any time from any goroutine.
type Links struct {
	mu     sync.Mutex
	faults []*active
	conns  map[*conn]struct{}

	// shaping are those of the faults that work on single messages; nil if there
	// are none. The slice is replaced, never changed.
	shaping atomic.Pointer[[]*active]
	// lines are those that work on the bytes of connections, in the same way.
	lines atomic.Pointer[[]*active]
}

// NewLinks are links without a fault.
func NewLinks() *Links { return &Links{conns: make(map[*conn]struct{})} }

// Add applies a valid fault at links that belong to no Set, until Heal.
func (l *Links) Add(f Fault) { l.add(newActive(0, f)) }

// Heal removes every fault.
func (l *Links) Heal() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faults = nil
	l.shape()
}

// add applies a fault: connections over links that it cuts are severed now.
func (l *Links) add(a *active) {
	l.mu.Lock()
	l.faults = append(l.faults, a)
	l.shape()
	var severed []*conn
	for c := range l.conns {
		if a.cuts(c.peer, c.direction) {
			a.hit()
			severed = append(severed, c)
		}
	}
	l.mu.Unlock()
	for _, c := range severed {
		c.sever()
	}
}

// remove takes a fault away. Peers connect again by themselves.
func (l *Links) remove(a *active) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faults = slices.DeleteFunc(l.faults, func(b *active) bool { return a == b })
	l.shape()
}

// shape renews shaping and lines. l.mu is held.
func (l *Links) shape() {
	var messages, bytes []*active
	for _, a := range l.faults {
		switch a.Kind {
		case Isolate, Cut:
		case Rate, Latency:
			bytes = append(bytes, a)
		default:
			messages = append(messages, a)
		}
	}
	store(&l.shaping, messages)
	store(&l.lines, bytes)
}

func store(at *atomic.Pointer[[]*active], list []*active) {
	if list == nil {
		at.Store(nil)
		return
	}
	at.Store(&list)
}

// IsCut says whether the link to peer is cut in the direction d, In or Out. Ask
// only to obey: the question counts as a hit.
func (l *Links) IsCut(peer string, d Direction) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.isCut(peer, d)
}

func (l *Links) isCut(peer string, d Direction) bool {
	for _, a := range l.faults {
		if a.cuts(peer, d) {
			a.hit()
			return true
		}
	}
	return false
}

// Close severs every connection, for good.
func (l *Links) Close() { l.Add(Fault{Kind: Isolate}) }
