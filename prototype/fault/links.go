package fault

import (
	"errors"
	"net"
	"slices"
	"sync"
)

// ErrCut is what a connection over a cut link ends with.
var ErrCut = errors.New("link is cut")

// Links are the connections between one node and its peers, and the faults on
// them. All methods may be called at any time from any goroutine.
type Links struct {
	mu     sync.Mutex
	faults []Fault
	conns  map[*conn]struct{}
}

// NewLinks are links without a fault.
func NewLinks() *Links { return &Links{conns: make(map[*conn]struct{})} }

// Add applies a fault: connections over links that it cuts are severed now.
func (l *Links) Add(f Fault) {
	l.mu.Lock()
	l.faults = append(l.faults, f)
	var severed []*conn
	for c := range l.conns {
		if f.cuts(c.peer, c.direction) {
			severed = append(severed, c)
		}
	}
	l.mu.Unlock()
	for _, c := range severed {
		c.Close()
	}
}

// Heal removes every fault. Peers connect again by themselves.
func (l *Links) Heal() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faults = nil
}

// Active lists the faults in force, in the order in which they were added.
func (l *Links) Active() []Fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.faults)
}

// IsCut says whether the link to peer is cut in the direction d, In or Out.
func (l *Links) IsCut(peer string, d Direction) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.isCut(peer, d)
}

func (l *Links) isCut(peer string, d Direction) bool {
	return slices.ContainsFunc(l.faults, func(f Fault) bool { return f.cuts(peer, d) })
}

// Close severs every connection, for good.
func (l *Links) Close() { l.Add(Fault{Kind: Isolate}) }

// Attach puts a connection under the control of l, or closes it and gives
// ErrCut if its link is cut.
func (l *Links) Attach(c net.Conn, peer string, d Direction) (net.Conn, error) {
	attached := &conn{Conn: c, links: l, peer: peer, direction: d}
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
	links     *Links
	peer      string
	direction Direction
}

func (c *conn) Close() error {
	c.links.mu.Lock()
	delete(c.links.conns, c)
	c.links.mu.Unlock()
	return c.Conn.Close()
}
