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

// Snapshot is the state of a machine at one index. Taking one costs a slice
// header per conversation, since messages are never changed; writing it may go
// on while the machine applies further entries.
type Snapshot struct {
	index         uint64
	conversations map[string][]Message
}

// A snapshot on disk: magic, index, count, then per conversation (by name) its
// name and messages, then a CRC-32C of everything before. Digests and ids are
// computed again on the way in, so they cannot disagree with the messages.
const snapshotMagic = "LKSNAP\x00\x01"

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// ErrCorrupt is the error for a snapshot that is damaged or cut short.
var ErrCorrupt = errors.New("corrupt snapshot")

// maxField bounds a length in a snapshot, so that damage cannot ask for all
// memory before the checksum is reached.
const maxField = 16 << 20

// Snapshot takes the present state.
func (m *Machine) Snapshot() *Snapshot {
	m.mu.RLock()
	defer m.mu.RUnlock()
	s := &Snapshot{index: m.index, conversations: make(map[string][]Message, len(m.conversations))}
	for name, c := range m.conversations {
		s.conversations[name] = c.messages[:len(c.messages):len(c.messages)]
		if mutant.On(mutant.NewestNotInSnapshot) {
			s.conversations[name] = c.messages[:max(1, len(c.messages))-1]
		}
	}
	return s
}

// Write writes the snapshot; the same state gives the same bytes.
func (s *Snapshot) Write(w io.Writer) error {
	sum := crc32.New(castagnoli)
	buffered := bufio.NewWriter(io.MultiWriter(w, sum))
	buf := append([]byte(nil), snapshotMagic...)
	buf = binary.AppendUvarint(buf, s.index)
	buf = binary.AppendUvarint(buf, uint64(len(s.conversations)))
	if _, err := buffered.Write(buf); err != nil {
		return fmt.Errorf("write snapshot: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(s.conversations)) {
		buf = appendString(buf[:0], name)
		buf = binary.AppendUvarint(buf, uint64(len(s.conversations[name])))
		for _, message := range s.conversations[name] {
			buf = appendString(buf, message.ID)
			buf = appendString(buf, message.Sender)
			buf = appendString(buf, message.Body)
			buf = binary.AppendUvarint(buf, message.Epoch)
			buf = binary.AppendVarint(buf, message.Time)
			if _, err := buffered.Write(buf); err != nil {
				return fmt.Errorf("write snapshot: %w", err)
			}
			buf = buf[:0]
		}
		if _, err := buffered.Write(buf); err != nil {
			return fmt.Errorf("write snapshot: %w", err)
		}
	}
	if err := buffered.Flush(); err != nil {
		return fmt.Errorf("write snapshot: %w", err)
	}
	if _, err := w.Write(binary.BigEndian.AppendUint32(nil, sum.Sum32())); err != nil {
		return fmt.Errorf("write snapshot: %w", err)
	}
	return nil
}

// Restore replaces the state of the machine by a snapshot. On an error the
// machine keeps what it had.
func (m *Machine) Restore(r io.Reader) error {
	in := snapshotReader{r: bufio.NewReader(r)}
	if magic := in.bytes(uint64(len(snapshotMagic))); string(magic) != snapshotMagic {
		return fmt.Errorf("read magic: %w", ErrCorrupt)
	}
	index, count := in.uvarint(), in.uvarint()
	conversations := make(map[string]*conversation)
	for range count {
		name, messages := in.string(), in.uvarint()
		c := &conversation{seqs: make(map[string]uint64)}
		for seq := range messages {
			message := Message{
				Seq: seq + 1, ID: in.string(), Sender: in.string(), Body: in.string(),
				Epoch: in.uvarint(), Time: in.varint(),
			}
			if in.err != nil {
				break
			}
			c.append(message)
			if mutant.On(mutant.DedupeNotInSnapshot) {
				delete(c.seqs, message.ID)
			}
			if mutant.On(mutant.DigestNotInSnapshot) {
				c.digests[seq] = Digest{}
			}
		}
		if in.err != nil {
			return fmt.Errorf("read conversation %q: %w", name, errors.Join(ErrCorrupt, in.err))
		}
		conversations[name] = c
	}
	sum := in.sum
	if stored := in.bytes(4); in.err != nil || binary.BigEndian.Uint32(stored) != sum {
		return fmt.Errorf("compare checksum: %w", ErrCorrupt)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.index, m.conversations = index, conversations
	return nil
}

// snapshotReader reads fields and sums every byte; the first error stays.
type snapshotReader struct {
	r   *bufio.Reader
	sum uint32
	err error
}

// ReadByte lets encoding/binary read varints through the sum.
func (in *snapshotReader) ReadByte() (byte, error) {
	b, err := in.r.ReadByte()
	if err == nil {
		in.sum = crc32.Update(in.sum, castagnoli, []byte{b})
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
