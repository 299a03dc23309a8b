package order

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"math"

	"lockstep/prototype/mutant"
)

// idMemory is what a shard remembers of the ids that were ordered in it, under
// the second rules. An id belongs to its conversation and sender. It outlives its
// message: how many messages are retained does not matter.
//
// The memory has a budget, and two ways of staying within it, since an id must
// never be ordered twice:
//
//   - A UUIDv7 says when it was made. The oldest ones are forgotten as others come,
//     whatever their age, and the horizon moves behind the newest of those that
//     were ever forgotten. An unknown id that was made before the horizon may have
//     been ordered, and is refused. One that was made later cannot have been
//     forgotten.
//   - Any other id is remembered for at least the window, by the log's clock. When
//     there is no room and the oldest is younger, a new one is refused.
//
// A UUIDv7 that is ahead of the log's clock by more than [limits].skew would take
// the horizon with it into the future, where it would meet the ids of everybody
// else. So it is remembered like the others, and counts as made when it says.
// One that is ahead by more than [limits].ahead is refused.
//
// Timed ids may use what plain ones leave of the budget, and a quarter of it in
// any case. That only room decides when something is forgotten, and never the
// age alone, makes a clock that jumps ahead harmless until the room is needed.
type idMemory struct {
	budget  uint64 // bytes; 0 is no bound
	clock   int64  // milliseconds: the newest time that an entry of the log carried
	horizon int64  // seconds: what was made before may have been forgotten; 0 if nothing was
	// blind is the clock when a message of a session was last ordered whose plain
	// id there was no room for; 0 if there was none.
	blind        int64
	timed, plain memory
}

// DefaultMemory is a budget for the ids of a shard, in bytes.
const DefaultMemory = 128 << 20

// key names a message: 128 bits of SHA-256, so that nobody can find two messages
// with the same one.
type key [2]uint64

// A label is what tells whether a message is a retry: its key, and two checksums of
// its body, CRC-32C and CRC-32. Making up a second body with the same ones helps
// nobody: it would be taken for a retry of the sender's own message. A hash that is
// hard to forge would cost as much as all the rest of an id's memory.
type label struct {
	key     key
	content uint64
}

// labeller makes labels, with buffers that it uses again. It belongs to one
// goroutine.
type labeller struct {
	buf  []byte
	next [labelsAhead]label // of the commands that Apply comes to
}

// labelsAhead is how many commands are labelled at once: enough for the memory to be
// read for several at a time, and so few that what was read is still in the cache.
const labelsAhead = 64

// labelNext labels the first of some commands. Labels are zero under the first rules.
func (m *Machine) labelNext(commands []Command) {
	next := m.labels.next[:min(labelsAhead, len(commands))]
	clear(next)
	if m.rules < OncePerSender {
		return
	}
	for i := range next {
		next[i] = m.labels.label(&commands[i])
	}
	m.ids.timed.expect(next)
	m.ids.plain.expect(next)
}

func (l *labeller) label(c *Command) label {
	buf := appendString(l.buf[:0], c.Conversation)
	buf = appendString(buf, c.Sender)
	buf = append(buf, c.ID...)
	sum := sha256.Sum256(buf)
	buf = append(buf[:0], c.Body...)
	l.buf = buf
	content := uint64(crc32.Checksum(buf, castagnoli))<<32 | uint64(crc32.ChecksumIEEE(buf))
	return label{key{binary.BigEndian.Uint64(sum[:]), binary.BigEndian.Uint64(sum[8:])}, content}
}

func newIDMemory() *idMemory { return &idMemory{timed: newMemory(), plain: newMemory()} }

// find gives what is remembered of a message. timed says that its id carries a
// time.
func (m *idMemory) find(k key, timed bool) (e *remembered, epoch uint64) {
	if mutant.On(mutant.NoDedupe) {
		return nil, 0
	}
	if timed {
		if e := m.timed.find(k); e != nil {
			return e, m.timed.epoch(e)
		}
	}
	if e := m.plain.find(k); e != nil {
		return e, m.plain.epoch(e)
	}
	return nil, 0
}

// judge decides whether an unknown id may be ordered, and where it is to be
// remembered; nil is nowhere. It changes nothing. A message of a session is
// never refused for want of room, nor for its age: its number judges it.
func (m *idMemory) judge(made int64, timed, numbered bool, l limits) (where *memory, r Rejection) {
	switch {
	case timed && made > m.clock+l.ahead.Milliseconds():
		return nil, FromTheFuture
	case timed && int64(seconds(made)) < m.horizon && !numbered && !mutant.On(mutant.HorizonIgnored):
		return nil, Forgotten
	case timed && made <= m.clock+l.skew.Milliseconds():
		return &m.timed, 0
	case m.hasRoom(l) && (numbered || m.blind == 0 || m.clock-m.blind > l.window.Milliseconds()):
		return &m.plain, 0
	case numbered:
		return nil, 0
	}
	return nil, MemoryFull
}

// hasRoom says whether there is room for a plain id, or can be made.
func (m *idMemory) hasRoom(l limits) bool {
	return !m.plainFull() || m.plain.exempt == 0 && m.outlived(l) || mutant.On(mutant.WindowIgnored)
}

func (m *idMemory) plainFull() bool { return m.plain.count()-m.plain.exempt >= m.plainRoom() }

// outlived says whether the oldest plain id is past the window.
func (m *idMemory) outlived(l limits) bool {
	return m.plain.count() > 0 && m.clock-1000*int64(m.plain.oldest().time) > l.window.Milliseconds()
}

// tick takes the time of an entry of the log.
func (m *idMemory) tick(time int64, l limits) {
	m.clock = max(m.clock, time)
	for m.plain.exempt > 0 && m.outlived(l) {
		m.forget(&m.plain)
	}
}

// room is how many ids the budget allows, and plainRoom how many plain ones.
func (m *idMemory) room() uint64 {
	if m.budget == 0 {
		return maxRemembered - 1
	}
	return min(m.budget/bytesPerID, maxRemembered-1)
}

func (m *idMemory) plainRoom() uint64 { return m.room() - m.room()/4 }

func (m *idMemory) timedRoom() uint64 {
	return m.room() - min(m.plain.count()-m.plain.exempt, m.plainRoom())
}

// remember notes a message where judge said, and makes room for it.
func (m *idMemory) remember(where *memory, of label, seq, epoch uint64, made int64, l limits) {
	if where == nil {
		m.blind = m.clock
		return
	}
	at := seconds(made)
	if where == &m.plain {
		at = max(at, seconds(m.clock))
		for m.plainFull() && m.plain.count() > 0 && (m.outlived(l) || mutant.On(mutant.WindowIgnored)) {
			m.forget(&m.plain)
		}
	}
	where.add(remembered{label: of, seq: seq, time: at}, epoch)
	for m.timed.count()-m.timed.exempt > m.timedRoom() {
		m.forget(&m.timed)
	}
}

func (m *idMemory) forget(from *memory) { m.horizon = max(m.horizon, int64(from.forget())+1) }

// seconds rounds up, so that nothing seems older than it is.
func seconds(milliseconds int64) uint32 {
	if milliseconds <= 0 {
		return 0
	}
	return uint32(min((milliseconds+999)/1000, math.MaxUint32))
}

// placeOnce orders a message, unless its sender has used its id in this
// conversation. These are the second rules.
func (m *Machine) placeOnce(c *conversation, command *Command, of label, epoch uint64, time int64) Result {
	made, timed := created(command.ID)
	if e, first := m.ids.find(of.key, timed); e != nil {
		if e.content != of.content && !mutant.On(mutant.ConflictUnseen) {
			return Result{Seq: e.seq, Epoch: first, Rejected: Conflict, Hash: c.hashOf(e.seq)}
		}
		return Result{Seq: e.seq, Epoch: first, Duplicate: true}
	}
	where, rejected := m.ids.judge(made, timed, command.Number > 0, m.limits)
	if rejected != 0 {
		return Result{Rejected: rejected}
	}
	if !c.admit(command.Sender, m.limits) {
		return Result{Rejected: TooManySenders}
	}
	c.append(0, Message{Seq: c.last + 1, ID: command.ID, Sender: command.Sender, Body: command.Body, Epoch: epoch, Time: max(time, c.time)})
	m.ids.remember(where, of, c.last, epoch, made, m.limits)
	return Result{Seq: c.last, Epoch: epoch}
}

// hashOf is the SHA-256 of the body at a seq in hexadecimal, or "" if the message
// is no longer retained.
func (c *conversation) hashOf(seq uint64) string {
	if seq <= c.base {
		return ""
	}
	return hashOf(c.at(seq).Body)
}

func hashOf(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}

// ConflictWith is the result for a message whose id its sender has used for
// another body, which stands at a seq.
func ConflictWith(seq, epoch uint64, body string) Result {
	return Result{Seq: seq, Epoch: epoch, Rejected: Conflict, Hash: hashOf(body)}
}
