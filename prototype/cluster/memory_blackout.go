package cluster

import (
	"errors"
	"fmt"

	"lockstep/prototype/fault"
)

// Blackout takes the power of all nodes at the same instant: what a disk had not
// flushed is gone everywhere. Restart brings each back. It is an error if no node
// runs.
//
// All are cut off before the first one ends, so that nobody sees another one go and
// does something about it.
func (m *Memory) Blackout() (err error) {
	var ids []string
	var struck []*life
	for _, id := range m.IDs() {
		if l, gone := m.take(id); gone == nil {
			ids, struck = append(ids, id), append(struck, l)
		}
	}
	if len(struck) == 0 {
		return fmt.Errorf("black out: %w", ErrNotRunning)
	}
	for _, l := range struck {
		_, failed := l.node.Fault(fault.Fault{Kind: fault.Isolate})
		err = errors.Join(err, failed)
	}
	for i, l := range struck {
		err = errors.Join(err, m.kill(ids[i], l))
	}
	if err != nil {
		return fmt.Errorf("black out: %w", err)
	}
	return nil
}
