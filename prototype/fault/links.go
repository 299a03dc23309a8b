package fault

import (
	"errors"
	"net"
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
		c.Close()
	}
}

// remove takes a fault away. Peers connect again by themselves.
func (l *Links) remove(a *active) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faults = slices.DeleteFunc(l.faults, func(b *active) bool { return a == b })
	l.shape()
}

// shape renews shaping. l.mu is held.
func (l *Links) shape() {
	var list []*active
	for _, a := range l.faults {
		if a.Kind != Isolate && a.Kind != Cut {
			list = append(list, a)
		}
	}
	if list == nil {
		l.shaping.Store(nil)
		return
	}
	l.shaping.Store(&list)
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

// TryWriter is a connection that can be written to without waiting, as one within a
// process can. TryWrite writes all of p or nothing, never waits, and gives an error
// only if the connection is broken. What is attached to links is one, too; over a
// connection that is none it writes nothing.
type TryWriter interface {
	TryWrite(p []byte) (written bool, err error)
}

// Attach puts a connection under the control of l, or closes it and gives
// ErrCut if its link is cut.
func (l *Links) Attach(c net.Conn, peer string, d Direction) (net.Conn, error) {
	try, _ := c.(TryWriter)
	attached := &conn{Conn: c, try: try, links: l, peer: peer, direction: d}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.isCut(peer, d) {
		c.Close()
		return nil, ErrCut
	}
	l.conns[attached] = struct{}{}
	return attached, nil
}

// conn is a connection that knows which link it runs over.
type conn struct {
	net.Conn
	try       TryWriter // the same; nil if it cannot
	links     *Links
	peer      string
	direction Direction
}

// TryWrite is that of the connection below, if it has one.
func (c *conn) TryWrite(p []byte) (written bool, err error) {
	if c.try == nil {
		return false, nil
	}
	return c.try.TryWrite(p)
}

func (c *conn) Close() error {
	c.links.mu.Lock()
	delete(c.links.conns, c)
	c.links.mu.Unlock()
	return c.Conn.Close()
}
