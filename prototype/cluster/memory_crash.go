package cluster

import (
	"fmt"
	"math/rand/v2"
	"time"

	"lockstep/prototype/fault"
)

// Crash ends a node as SIGKILL does: its links break at once, nothing more
// reaches its disk, and nobody is told. Restart brings it back with what it had
// flushed.
func (m *Memory) Crash(id string) error {
	l, err := m.take(id)
	if err != nil {
		return fmt.Errorf("crash %s: %w", id, err)
	}
	if err := m.bury(id, l); err != nil {
		return fmt.Errorf("crash %s: %w", id, err)
	}
	return nil
}

// PowerLoss crashes a node in the middle of its next flush. What that flush
// carried is lost, or, if torn, a random part of it, from its beginning, is left.
// It gives false, and the node lives on, if no flush ended within patience. A paused
// node begins none, but the power may go in the one in which it was paused.
func (m *Memory) PowerLoss(id string, torn bool, seed uint64, patience time.Duration) (bool, error) {
	if m.Node(id) == nil {
		return false, fmt.Errorf("take the power of %s: %w", id, ErrNotRunning)
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

// take removes a node from those that run.
func (m *Memory) take(id string) (*life, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	l := m.lives[id]
	if l == nil {
		return nil, ErrNotRunning
	}
	m.lives[id] = nil
	return l, nil
}

// end ends a node in good order, or, if it is paused and cannot hear of it, as a
// crash does.
func (m *Memory) end(id string, l *life) error {
	if l.gate.IsShut() {
		return m.bury(id, l)
	}
	return l.node.Close()
}

// bury ends what is left of a node that nobody hears any more. It takes its time,
// for what it waits for will not come; Restart waits until it is over. The gate
// comes first: whoever waits there, if the node is paused, comes back with an error
// and has nowhere to go.
func (m *Memory) bury(id string, l *life) error {
	l.gate.End()
	_, err := l.node.Fault(fault.Fault{Kind: fault.Isolate})
	m.disks[id].power(false)
	m.disks[id].doom()
	over := make(chan error, 1)
	m.mu.Lock()
	m.buried[id] = over
	m.mu.Unlock()
	go func() { over <- l.node.Close() }()
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
