package cluster

import (
	"errors"
	"fmt"

	"lockstep/prototype/fault"
	"lockstep/prototype/node"
)

// Blackout takes the power of all nodes at the same instant: what a disk had not
// flushed is gone everywhere. Restart brings each back. It is an error if no node
// runs.
//
// All are cut off before the first one ends, so that nobody sees another one go and
// does something about it.
func (m *Memory) Blackout() (err error) {
	struck := make(map[string]*node.Node)
	for _, id := range m.IDs() {
		if n, gone := m.take(id); gone == nil {
			struck[id] = n
		}
	}
	if len(struck) == 0 {
		return fmt.Errorf("black out: %w", errNotRunning)
	}
	for _, n := range struck {
		_, failed := n.Fault(fault.Fault{Kind: fault.Isolate})
		err = errors.Join(err, failed)
	}
	for id, n := range struck {
		err = errors.Join(err, m.bury(id, n))
	}
	if err != nil {
		return fmt.Errorf("black out: %w", err)
	}
	return nil
}
