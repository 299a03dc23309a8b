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
// senders and a pointer for every 256 messages, but no message, since those are
// never changed; writing it may go on while the machine applies further entries.
type Snapshot struct {
	index         uint64
	conversations map[string]conversation
}

// A snapshot on disk:
//
//	magic          8 bytes
//	index, count   uvarints
//	count x        a conversation, by name:
//	                 name, base, digest up to base (32 bytes), count of messages
//	                 count x  id, sender, body, epoch, time
//	                 count of senders, count x name, sorted
//	                 count of sessions, count x id, sender, last, used, touch,
//	                 and Window x seq, epoch; sorted by id
//	checksum       4 bytes, CRC-32C of everything before
//
// Digests and ids are computed again on the way in, so they cannot disagree with
// the messages.
const snapshotMagic = "LKSNAP\x00\x02"

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// ErrCorrupt is the error for a snapshot that is damaged or cut short.
var ErrCorrupt = errors.New("corrupt snapshot")

// Snapshot takes the present state.
func (m *Machine) Snapshot() *Snapshot {
	m.mu.RLock()
	defer m.mu.RUnlock()
	s := &Snapshot{index: m.index, conversations: make(map[string]conversation, len(m.conversations))}
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
	out.buf = append(out.buf, snapshotMagic...)
	out.uvarint(s.index)
	out.uvarint(uint64(len(s.conversations)))
	for _, name := range slices.Sorted(maps.Keys(s.conversations)) {
		c := s.conversations[name]
		out.string(name)
		out.conversation(&c)
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

func (out *snapshotWriter) conversation(c *conversation) {
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
		out.uvarint(s.touch)
		for _, p := range s.places {
			out.uvarint(p.seq)
			out.uvarint(p.epoch)
		}
	}
	out.flush()
}
