package cluster

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"lockstep/prototype/fault"
	"lockstep/prototype/node"
)

// Crash ends a node as SIGKILL does: its links break at once, nothing more
// reaches its disk, and nobody is told. Restart brings it back with what it had
// flushed.
func (m *Memory) Crash(id string) error {
	n, err := m.take(id)
	if err != nil {
		return fmt.Errorf("crash %s: %w", id, err)
	}
	if err := m.bury(id, n); err != nil {
		return fmt.Errorf("crash %s: %w", id, err)
	}
	return nil
}

// PowerLoss crashes a node in the middle of its next flush. What that flush
// carried is lost, or, if torn, a random part of it, from its beginning, is left.
// It gives false, and the node lives on, if no flush began within patience.
func (m *Memory) PowerLoss(id string, torn bool, seed uint64, patience time.Duration) (bool, error) {
	if m.Node(id) == nil {
		return false, fmt.Errorf("take the power of %s: %w", id, errNotRunning)
	}
	var tear *rand.Rand
	if torn {
		tear = rand.New(rand.NewPCG(seed, 0))
	}
	struck := m.disks[id].arm(tear)
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-struck:
	case <-timer.C:
		if m.disks[id].disarm() {
			return false, nil
		}
	}
	return true, m.Crash(id)
}

// FlipBit changes one bit that a node that is down has stored. It gives false if
// it has stored nothing.
func (m *Memory) FlipBit(id string, seed uint64) (bool, error) {
	if m.Node(id) != nil {
		return false, fmt.Errorf("flip a bit of %s: it is running", id)
	}
	if err := m.mourn(id); err != nil {
		return false, fmt.Errorf("flip a bit of %s: %w", id, err)
	}
	return m.disks[id].flip(rand.New(rand.NewPCG(seed, 0)))
}

var errNotRunning = errors.New("it is not running")

// take removes a node from those that run.
func (m *Memory) take(id string) (*node.Node, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.nodes[id]
	if n == nil {
		return nil, errNotRunning
	}
	m.nodes[id] = nil
	return n, nil
}

// bury ends what is left of a node that nobody hears any more. It takes its time,
// for what it waits for will not come; Restart waits until it is over.
func (m *Memory) bury(id string, n *node.Node) error {
	_, err := n.Fault(fault.Fault{Kind: fault.Isolate})
	m.disks[id].power(false)
	m.disks[id].doom()
	over := make(chan error, 1)
	m.mu.Lock()
	m.buried[id] = over
	m.mu.Unlock()
	go func() { over <- n.Close() }()
	return err
}

// mourn waits until nothing of a crashed node is left.
func (m *Memory) mourn(id string) error {
	m.mu.Lock()
	over := m.buried[id]
	delete(m.buried, id)
	m.mu.Unlock()
	if over == nil {
		return nil
	}
	err := <-over
	m.disks[id].power(true)
	return err
}
