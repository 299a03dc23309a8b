package order

import (
	"strings"

	"lockstep/prototype/mutant"
)

// chunkSize is the number of messages that are stored, and forgotten, together.
const chunkSize = 256

// chunk is a run of messages, and the digests up to each of them.
type chunk struct {
	messages [chunkSize]Message
	digests  [chunkSize]Digest
	bytes    uint64 // of the messages so far; see [Message.Bytes]
}

// conversation only grows at its end and is cut at its head: a message, once
// placed, is never touched again, so that whoever holds the chunks and a length
// may read them without a lock.
//
// Invariants: the message with seq s is at (s-base-1) of the chunks; base is a
// multiple of chunkSize; under the first rules ids holds exactly the ids of the
// retained messages, and under the second it has no slots.
type conversation struct {
	base     uint64 // messages that were forgotten
	last     uint64 // the newest seq
	chunks   []*chunk
	bytes    uint64 // of the chunks; no snapshot needs it, since it follows from the messages
	before   Digest // of the forgotten messages
	ids      ids
	senders  map[string]struct{}
	recent   string // a sender that is known to be in senders
	sessions map[uint64]*session
	time     int64 // of the newest message
	share    Fingerprint
}

func newConversation(r Rules) *conversation {
	c := &conversation{senders: make(map[string]struct{})}
	if r < OncePerSender {
		c.ids = newIDs()
	}
	return c
}

func (c *conversation) at(seq uint64) *Message {
	i := seq - c.base - 1
	return &c.chunks[i/chunkSize].messages[i%chunkSize]
}

// digest covers the messages up to seq, which must not be below base.
func (c *conversation) digest(seq uint64) Digest {
	if seq == c.base {
		return c.before
	}
	i := seq - c.base - 1
	return c.chunks[i/chunkSize].digests[i%chunkSize]
}

// place orders a message, unless its id is known. These are the first rules.
func (c *conversation) place(command *Command, epoch uint64, time int64, l limits) Result {
	hash := c.ids.hash(command.ID)
	seq := c.ids.find(hash, func(seq uint64) bool { return c.at(seq).ID == command.ID })
	if seq != 0 && !mutant.On(mutant.NoDedupe) {
		return Result{Seq: seq, Epoch: c.at(seq).Epoch, Duplicate: true}
	}
	if !c.admit(command.Sender, l) {
		return Result{Rejected: TooManySenders}
	}
	// A new leader's clock may be behind the old one's. What people see next to
	// a message should still not run backwards.
	c.append(hash, Message{Seq: c.last + 1, ID: command.ID, Sender: command.Sender, Body: command.Body, Epoch: epoch, Time: max(time, c.time)})
	return Result{Seq: c.last, Epoch: epoch}
}

// admit makes a sender known, if there is room.
func (c *conversation) admit(sender string, l limits) bool {
	if sender == c.recent && len(c.senders) > 0 {
		return true
	}
	if _, ok := c.senders[sender]; !ok {
		if len(c.senders) >= l.senders {
			return false
		}
		c.senders[strings.Clone(sender)] = struct{}{} // the sender outlives the message
	}
	c.recent = sender
	return true
}

func (c *conversation) append(hash uint64, message Message) {
	digest := c.digest(c.last)
	i := message.Seq - c.base - 1
	if i/chunkSize == uint64(len(c.chunks)) {
		c.chunks = append(c.chunks, new(chunk))
	}
	at := c.chunks[i/chunkSize]
	at.messages[i%chunkSize] = message
	at.digests[i%chunkSize] = digest.next(&message)
	bytes := message.Bytes()
	at.bytes += bytes
	c.bytes += bytes
	if len(c.ids.slots) > 0 {
		c.ids.add(hash, message.Seq)
	}
	c.last, c.time = message.Seq, message.Time
}

// forget drops whole chunks from the head, as long as what is left is at least
// retain messages.
func (c *conversation) forget(retain uint64) {
	for retain > 0 && c.last-c.base >= retain+chunkSize {
		for i := range c.chunks[0].messages {
			if len(c.ids.slots) == 0 {
				break
			}
			m := &c.chunks[0].messages[i]
			c.ids.remove(c.ids.hash(m.ID), m.Seq)
		}
		c.before = c.digest(c.base + chunkSize)
		c.bytes -= c.chunks[0].bytes
		c.base += chunkSize
		// A new slice, since a snapshot may still be reading the old one.
		c.chunks = append([]*chunk(nil), c.chunks[1:]...)
	}
}
