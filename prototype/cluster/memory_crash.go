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
	if err := m.kill(id, l); err != nil {
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
		return m.kill(id, l)
	}
	return l.node.Close()
}

// kill ends a node that has been taken from those that run, as SIGKILL does. Closing
// it takes a while, since it waits for answers that will not come: that goes on in a
// goroutine, and Restart waits for it. The gate is ended first, so that those who wait
// at the gate of a paused node get an error before the disk loses its power.
func (m *Memory) kill(id string, l *life) error {
	l.gate.End()
	_, err := l.node.Fault(fault.Fault{Kind: fault.Isolate})
	m.disks[id].power(false)
	m.disks[id].releaseVotes()
	closed := make(chan error, 1)
	m.mu.Lock()
	m.killed[id] = closed
	m.mu.Unlock()
	go func() { closed <- l.node.Close() }()
	return err
}

// awaitKilled waits until the goroutines of a killed node have ended.
func (m *Memory) awaitKilled(id string) error {
	m.mu.Lock()
	closed := m.killed[id]
	delete(m.killed, id)
	m.mu.Unlock()
	if closed == nil {
		return nil
	}
	err := <-closed
	m.disks[id].power(true)
	return err
}
