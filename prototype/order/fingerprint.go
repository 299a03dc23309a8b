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

// continues says whether the state of a snapshot is a later state of this machine.
// m.mu is held.
func (m *Machine) continues(index uint64, conversations map[string]*conversation) error {
	if index < m.index {
		return nil // an older state is no later one, and nobody asks for it but to go back
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
