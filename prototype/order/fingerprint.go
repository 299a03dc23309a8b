package order

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

// Fingerprint covers the order of every conversation of a machine: two machines
// have the same one if they hold the same histories. It is the exclusive or of a
// hash for each conversation, so that it follows a batch at the price of one hash
// for each conversation that the batch touches, and it needs no place in a
// snapshot. It finds mistakes, not forgeries.
type Fingerprint [16]byte

// State is where a machine has come.
type State struct {
	Index       uint64 // of the newest applied entry
	Fingerprint Fingerprint
}

// State gives index and fingerprint of one moment.
func (m *Machine) State() State {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return State{m.index, m.fingerprint}
}

// mix takes a conversation's share into the fingerprint, and its earlier share out.
func (m *Machine) mix(name string, c *conversation) {
	var buf [64 + sha256.Size]byte
	data := binary.BigEndian.AppendUint64(buf[:0], c.last)
	digest := c.digest(c.last)
	data = append(append(data, digest[:]...), name...)
	sum := sha256.Sum256(data)
	for i := range m.fingerprint {
		m.fingerprint[i] ^= c.share[i] ^ sum[i]
	}
	c.share = Fingerprint(sum[:])
}

// ErrForked is the error for a snapshot that lacks, or contradicts, what a machine
// has applied.
var ErrForked = errors.New("the histories differ")

// continues says whether the state of a snapshot and that of this machine are of one
// history: a later state, or an earlier one, which a leader may still have under way.
// m.mu is held.
func (m *Machine) continues(index uint64, conversations map[string]*conversation) error {
	if index < m.index {
		return m.reaches(index, conversations)
	}
	for name, old := range m.conversations {
		c := conversations[name]
		switch {
		case old.last == 0:
		case c == nil || c.last < old.last:
			return fmt.Errorf("%w: the snapshot at entry %d lacks message %d of conversation %q, which was applied here by entry %d", ErrForked, index, old.last, name, m.index)
		case old.last >= c.base && c.digest(old.last) != old.digest(old.last):
			return fmt.Errorf("%w: in the snapshot at entry %d conversation %q is another one up to message %d", ErrForked, index, name, old.last)
		}
	}
	return nil
}

// reaches says whether a snapshot is an earlier state of this machine. m.mu is held.
func (m *Machine) reaches(index uint64, conversations map[string]*conversation) error {
	for name, c := range conversations {
		mine := m.conversations[name]
		switch {
		case c.last == 0:
		case mine == nil || mine.last < c.last:
			return fmt.Errorf("%w: the snapshot at entry %d has message %d of conversation %q, which was not applied here by entry %d", ErrForked, index, c.last, name, m.index)
		case c.last >= mine.base && c.digest(c.last) != mine.digest(c.last):
			return fmt.Errorf("%w: in the snapshot at entry %d conversation %q is another one up to message %d", ErrForked, index, name, c.last)
		}
	}
	return nil
}
