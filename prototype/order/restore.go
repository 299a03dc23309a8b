package order

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"lockstep/prototype/mutant"
)

// maxField bounds a length in a snapshot, so that damage cannot ask for all
// memory before the checksum is reached.
const maxField = 16 << 20

// Restore replaces the state of the machine by a snapshot. On an error the
// machine keeps what it had.
func (m *Machine) Restore(r io.Reader) error { return m.restore(r, false) }

// Continue is Restore for a snapshot that must be a later state of this machine:
// one that lacks, or contradicts, what was applied here gives ErrForked.
func (m *Machine) Continue(r io.Reader) error { return m.restore(r, true) }

func (m *Machine) restore(r io.Reader, later bool) error {
	in := snapshotReader{r: bufio.NewReaderSize(r, 64<<10)}
	var rules Rules
	switch string(in.bytes(uint64(len(snapshotMagic)))) {
	case snapshotMagic:
		rules = FirstRules
	case snapshotMagicRules:
		rules = OncePerSender
	default:
		return fmt.Errorf("read magic: %w", errors.Join(ErrCorrupt, in.err))
	}
	index, count := in.uvarint(), in.uvarint()
	conversations := make(map[string]*conversation)
	for range count {
		name := in.string()
		c := in.conversation(rules)
		if in.err != nil {
			return fmt.Errorf("read conversation %q: %w", name, errors.Join(ErrCorrupt, in.err))
		}
		conversations[name] = c
	}
	ids := newIDMemory()
	if rules >= OncePerSender {
		in.ids(ids)
	}
	sum := in.sum
	if stored := in.bytes(4); in.err != nil || binary.BigEndian.Uint32(stored) != sum {
		return fmt.Errorf("compare checksum: %w", ErrCorrupt)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if later {
		if err := m.continues(index, conversations); err != nil {
			return err
		}
	}
	m.index, m.conversations, m.fingerprint, m.rules, m.ids = index, conversations, Fingerprint{}, rules, ids
	for name, c := range conversations {
		m.mix(name, c)
	}
	m.tell()
	return nil
}

func (in *snapshotReader) conversation(rules Rules) *conversation {
	c := newConversation(rules)
	c.base = in.uvarint()
	c.last = c.base
	copy(c.before[:], in.bytes(uint64(len(c.before))))
	for range in.uvarint() {
		m := Message{Seq: c.last + 1, ID: in.string(), Sender: in.string(), Body: in.string(), Epoch: in.uvarint(), Time: in.varint()}
		if in.err != nil {
			return nil
		}
		hash := uint64(0)
		if rules < OncePerSender {
			hash = c.ids.hash(m.ID)
		}
		c.append(hash, m)
		if mutant.On(mutant.DigestNotInSnapshot) {
			i := m.Seq - c.base - 1
			c.chunks[i/chunkSize].digests[i%chunkSize] = Digest{}
		}
	}
	for range in.uvarint() {
		sender := in.string()
		if in.err != nil {
			return nil
		}
		c.senders[sender] = struct{}{}
	}
	for range in.uvarint() {
		id, s := in.uvarint(), &session{sender: in.string(), last: in.uvarint(), used: in.varint(), lastUsedIndex: in.uvarint()}
		for i := range s.places {
			s.places[i] = place{seq: in.uvarint(), epoch: in.uvarint()}
			if rules >= OncePerSender {
				s.places[i].message = in.uint64()
			}
		}
		if in.err != nil {
			return nil
		}
		if c.sessions == nil {
			c.sessions = make(map[uint64]*session)
		}
		c.sessions[id] = s
	}
	return c
}

func (in *snapshotReader) ids(m *idMemory) {
	m.budget, m.clock, m.horizon, m.blind = in.uvarint(), in.varint(), in.varint(), in.varint()
	for _, memory := range []*memory{&m.timed, &m.plain} {
		exempt := in.uvarint()
		for range in.uvarint() {
			e := remembered{label: label{key{in.uint64(), in.uint64()}, in.uint64()}, seq: in.uvarint()}
			epoch := in.uvarint()
			e.time = uint32(in.uvarint())
			if in.err != nil {
				return
			}
			if !mutant.On(mutant.DedupeNotInSnapshot) {
				memory.add(e, epoch)
			}
		}
		memory.exempt = min(exempt, memory.count())
	}
}

// snapshotReader reads fields and sums every byte; the first error stays.
type snapshotReader struct {
	r     *bufio.Reader
	sum   uint32
	err   error
	eight [8]byte
}

// ReadByte lets encoding/binary read varints through the sum.
func (in *snapshotReader) ReadByte() (byte, error) {
	b, err := in.r.ReadByte()
	if err == nil {
		in.eight[0] = b
		in.sum = crc32.Update(in.sum, castagnoli, in.eight[:1])
	}
	return b, err
}

func (in *snapshotReader) uvarint() (v uint64) {
	if in.err == nil {
		v, in.err = binary.ReadUvarint(in)
	}
	return v
}

func (in *snapshotReader) varint() (v int64) {
	if in.err == nil {
		v, in.err = binary.ReadVarint(in)
	}
	return v
}

func (in *snapshotReader) uint64() uint64 {
	if in.err != nil {
		return 0
	}
	if _, in.err = io.ReadFull(in.r, in.eight[:]); in.err == nil {
		in.sum = crc32.Update(in.sum, castagnoli, in.eight[:])
	}
	return binary.BigEndian.Uint64(in.eight[:])
}

func (in *snapshotReader) string() string { return string(in.bytes(in.uvarint())) }

func (in *snapshotReader) bytes(n uint64) []byte {
	if in.err == nil && n > maxField {
		in.err = fmt.Errorf("a field of %d bytes", n)
	}
	if in.err != nil {
		return nil
	}
	b := make([]byte, n)
	if _, in.err = io.ReadFull(in.r, b); in.err == nil {
		in.sum = crc32.Update(in.sum, castagnoli, b)
	}
	return b
}
