package link

import (
	"fmt"
	"time"
)

const (
	// heardWithin is how long the first process of a name may be silent before a second
	// one is taken to have replaced it. A node that lives is heard several times within it.
	heardWithin = 300 * time.Millisecond
	// lookAgain is how long a connection that has broken may take to be noticed: a node
	// that was killed and started again must not be taken for a second one.
	lookAgain = 10 * time.Millisecond
)

// ErrTwin is for two nodes of one name.
func ErrTwin(id string) error {
	return fmt.Errorf("two nodes must not have one name, %s: stop one of them, or start the newer one with --join, and a name, addresses and a data folder of its own", id)
}

// isTwin says whether two lives are known and differ.
func isTwin(a, b uint64) bool { return a != 0 && b != 0 && a != b }

// twins are the open connections with other processes of a peer's name.
func (m *Mesh) twins(peer string, life uint64) (conns []*conn) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for c := range m.conns {
		if c.peer == peer && isTwin(c.life, life) {
			conns = append(conns, c)
		}
	}
	return conns
}

// hearsTwin says whether another process of a caller's name is still heard. It waits
// until that has been silent for long, or until the caller is found at the address
// that this node dials, since connections may break while both run.
func (m *Mesh) hearsTwin(caller string, life uint64) bool {
	p, asked := m.peer(caller), time.Now()
	for isTwin(p.life(), life) {
		heard, open := m.Heard(caller), len(m.twins(caller, life)) > 0
		switch {
		case open && heard.After(asked):
			return true
		case open:
			heard = asked
		}
		if time.Since(heard) > heardWithin {
			return false
		}
		select {
		case <-time.After(lookAgain):
		case <-m.closed:
			return false
		}
	}
	return false
}

// dropTwins ends the connections with processes of a peer's name that its newest one
// replaces.
func (m *Mesh) dropTwins(peer string, life uint64) {
	for _, c := range m.twins(peer, life) {
		c.fail()
	}
}
