package order

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"slices"

	"lockstep/prototype/mutant"
)

// Snapshot is the state of a machine at one index. Taking one copies sessions,
// senders and a pointer for every 256 messages and every 1,024 ids, but none of
// these themselves, since they are never changed; writing it may go on while the machine applies further entries.
type Snapshot struct {
	index         uint64
	conversations map[string]conversation
	rules         Rules
	ids           idMemory // without the tables
}

// A snapshot on disk:
//
//	magic          8 bytes; the last one is the version, 2 under the first rules
//	index, count   uvarints
//	count x        a conversation, by name:
//	                 name, base, digest up to base (32 bytes), count of messages
//	                 count x  id, sender, body, epoch, time
//	                 count of senders, count x name, sorted
//	                 count of sessions, count x id, sender, last, used, last used index,
//	                 and Window x seq, epoch, message (8 bytes); sorted by id
//	ids            budget, clock, horizon, blind; and twice, of timed and plain ids,
//	                 exempt, count,
//	                 count x  key (16 bytes), content (8 bytes), seq, epoch, time
//	checksum       4 bytes, CRC-32C of everything before
//
// Version 2 has no ids, and of a session's messages only their places. It is what a node reads that knows the first
// rules alone, and such a node may be among those that a snapshot is sent to, as
// long as these rules hold.
//
// Digests are computed again on the way in, so they cannot disagree with the
// messages; under the first rules the ids are, too.
const (
	snapshotMagic      = "LKSNAP\x00\x02"
	snapshotMagicRules = "LKSNAP\x00\x03"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// ErrCorrupt is the error for a snapshot that is damaged or cut short.
var ErrCorrupt = errors.New("corrupt snapshot")

// Snapshot takes the present state.
func (m *Machine) Snapshot() *Snapshot {
	m.mu.RLock()
	defer m.mu.RUnlock()
	s := &Snapshot{index: m.index, conversations: make(map[string]conversation, len(m.conversations)), rules: m.rules, ids: *m.ids}
	s.ids.timed.freeze()
	s.ids.plain.freeze()
	for name, c := range m.conversations {
		kept := conversation{base: c.base, last: c.last, before: c.before,
			chunks: c.chunks[:len(c.chunks):len(c.chunks)], senders: maps.Clone(c.senders)}
		if mutant.On(mutant.NewestNotInSnapshot) {
			kept.last = max(c.base, max(1, c.last)-1)
		}
		kept.sessions = make(map[uint64]*session, len(c.sessions))
		for id, s := range c.sessions {
			copied := *s
			kept.sessions[id] = &copied
		}
		s.conversations[name] = kept
	}
	return s
}

// Write writes the snapshot; the same state gives the same bytes.
func (s *Snapshot) Write(w io.Writer) error {
	out := snapshotWriter{w: bufio.NewWriterSize(w, 64<<10)}
	if s.rules < OncePerSender {
		out.buf = append(out.buf, snapshotMagic...)
	} else {
		out.buf = append(out.buf, snapshotMagicRules...)
	}
	out.uvarint(s.index)
	out.uvarint(uint64(len(s.conversations)))
	for _, name := range slices.Sorted(maps.Keys(s.conversations)) {
		c := s.conversations[name]
		out.string(name)
		out.conversation(&c, s.rules)
	}
	if s.rules >= OncePerSender {
		out.ids(&s.ids)
	}
	out.flush()
	out.buf = binary.BigEndian.AppendUint32(out.buf, out.sum)
	out.flush()
	if out.err == nil {
		out.err = out.w.Flush()
	}
	if out.err != nil {
		return fmt.Errorf("write snapshot: %w", out.err)
	}
	return nil
}

// snapshotWriter writes fields and sums every byte; the first error stays.
type snapshotWriter struct {
	w   *bufio.Writer
	buf []byte
	sum uint32
	err error
}

func (out *snapshotWriter) flush() {
	out.sum = crc32.Update(out.sum, castagnoli, out.buf)
	if out.err == nil {
		_, out.err = out.w.Write(out.buf)
	}
	out.buf = out.buf[:0]
}

func (out *snapshotWriter) uvarint(v uint64) { out.buf = binary.AppendUvarint(out.buf, v) }
func (out *snapshotWriter) varint(v int64)   { out.buf = binary.AppendVarint(out.buf, v) }
func (out *snapshotWriter) string(s string)  { out.buf = appendString(out.buf, s) }

func (out *snapshotWriter) uint64(v uint64) { out.buf = binary.BigEndian.AppendUint64(out.buf, v) }

func (out *snapshotWriter) conversation(c *conversation, rules Rules) {
	out.uvarint(c.base)
	out.buf = append(out.buf, c.before[:]...)
	out.uvarint(c.last - c.base)
	for seq := c.base + 1; seq <= c.last; seq++ {
		m := c.at(seq)
		out.string(m.ID)
		out.string(m.Sender)
		out.string(m.Body)
		out.uvarint(m.Epoch)
		out.varint(m.Time)
		out.flush()
	}
	out.uvarint(uint64(len(c.senders)))
	for _, sender := range slices.Sorted(maps.Keys(c.senders)) {
		out.string(sender)
	}
	sessions := slices.Sorted(maps.Keys(c.sessions))
	out.uvarint(uint64(len(sessions)))
	for _, id := range sessions {
		s := c.sessions[id]
		out.uvarint(id)
		out.string(s.sender)
		out.uvarint(s.last)
		out.varint(s.used)
		out.uvarint(s.lastUsedIndex)
		for _, p := range s.places {
			out.uvarint(p.seq)
			out.uvarint(p.epoch)
			if rules >= OncePerSender {
				out.uint64(p.message)
			}
		}
	}
	out.flush()
}

func (out *snapshotWriter) ids(m *idMemory) {
	out.uvarint(m.budget)
	out.varint(m.clock)
	out.varint(m.horizon)
	out.varint(m.blind)
	for _, memory := range []*memory{&m.timed, &m.plain} {
		out.uvarint(memory.exempt)
		out.uvarint(memory.count())
		for p := memory.first; p < memory.next; p++ {
			e := memory.at(p)
			out.uint64(e.key[0])
			out.uint64(e.key[1])
			out.uint64(e.content)
			out.uvarint(e.seq)
			out.uvarint(memory.epoch(e))
			out.uvarint(uint64(e.time))
			if len(out.buf) > 32<<10 {
				out.flush()
			}
		}
	}
}
