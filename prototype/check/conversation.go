package check

import (
	"cmp"
	"iter"
	"slices"

	"lockstep/prototype/history"
)

// conversation is what a history tells of one, in one lane.
type conversation struct {
	judge    *Judge
	name     string
	lane     string
	messages []*message             // that somebody tried to send, in the order of their first attempt
	byID     map[messageID]*message // these, and those that nobody sent
	anyones  map[string]*message    // one of each id, whoever sent it; nil until it is needed
	sights   sights
	reads    []*operation // that were answered, in the order of their ends
	finals   []*replica   // by node
	sessions map[name]seen
	digests  map[uint64]*operation // the first at each seq
	lastSend int                   // place of the newest event of a send
	folded   folded
}

// seen is the newest message that a session knows of.
type seen struct {
	seq uint64
	by  *operation
}

// messageID names a message: an id is its sender's own.
type messageID struct {
	id     string
	sender name
}

// message is all attempts to send one message. It has none if it was only seen.
// Whoever uses an id again for another text sends another message, which must be
// refused if the first one may be in the order.
type message struct {
	variant        *message // with the same id and sender, and another body; nil at the end
	id, body       string
	sender         name
	oldest, newest *operation // attempts, in the order in which they began
	acked          *operation // the attempt that was acknowledged first; nil if none
	seq            uint64     // where it was seen first; 0 if nobody saw it
	seen           *operation // that saw it there
	elsewhere      uint64     // another seq at which a read showed it; 0 if there is none
	moved, doubled bool       // seen in two places; shown in two by reads
	settled        bool       // judged for good
}

// attempts are all of them, in the order in which they began.
func (m *message) attempts() iter.Seq[*operation] {
	return func(yield func(*operation) bool) {
		for o := m.oldest; o != nil && yield(o); o = o.again {
		}
	}
}

// first is the first attempt that may have had an effect; nil if there is none.
func (m *message) first() *operation {
	for o := range m.attempts() {
		if o.maybe() {
			return o
		}
	}
	return nil
}

// placer is the attempt that put the message into its place, as far as can be
// told: the one that was told that it is no duplicate, or else the first whose
// outcome is unknown.
func (m *message) placer() *operation {
	var unknown *operation
	for o := range m.attempts() {
		switch {
		case o.outcome == ok && !o.duplicate:
			return o
		case o.outcome != ok && o.maybe() && unknown == nil:
			unknown = o
		}
	}
	if unknown == nil {
		return m.first()
	}
	return unknown
}

func (j *Judge) conversation(e *history.Event) *conversation {
	k := key{e.Lane, e.Conversation}
	if k.lane == "quorum" {
		k.lane = ""
	}
	c := j.byKey[k]
	if c == nil {
		c = &conversation{judge: j, name: k.conversation, lane: k.lane, byID: map[messageID]*message{},
			sessions: map[name]seen{}, digests: map[uint64]*operation{}}
		j.byKey[k] = c
		j.conversations = append(j.conversations, c)
	}
	return c
}

// begin takes an invoke.
func (j *Judge) begin(e *history.Event) {
	c := j.conversation(e)
	o := j.operations.new()
	*o = operation{number: e.Op, from: j.place, to: beyond, began: e.Time, conversation: c, node: j.names.of(e.Node)}
	j.open[e.Op] = o
	j.held++
	switch e.Kind {
	case history.Send:
		c.lastSend = j.place
		j.report.Counts.Attempts++
		j.attempt(o, e)
	case history.Read:
		o.read = j.reads.new()
		*o.read = read{reader: j.names.of(e.Sender), level: j.names.of(e.Level), final: e.Final, limit: e.Limit, after: e.After, minSeq: e.MinSeq}
		if known := c.sessions[o.read.reader]; e.Level == "session" && o.read.reader != 0 {
			o.read.floor, o.read.floorBy = known.seq, known.by
		}
	case history.Digest:
		o.upto = e.Upto
	}
}

// attempt adds an attempt to its message.
func (j *Judge) attempt(o *operation, e *history.Event) {
	c := o.conversation
	m := c.sent(messageID{e.ID, j.names.of(e.Sender)}, e.Body)
	if m == nil {
		m = c.newMessage(e.ID, e.Sender, e.Body)
	}
	o.message = m
	if m.oldest != nil {
		m.newest.again, m.newest = o, o
		return
	}
	m.oldest, m.newest = o, o
	c.messages = append(c.messages, m)
	j.report.Counts.Messages++
	if m.seq > 0 { // it was shown before it was sent
		j.forged(m, e)
	}
}

// sent gives the message that an attempt belongs to, or nil if it is the first.
func (c *conversation) sent(id messageID, body string) *message {
	for m := c.byID[id]; m != nil; m = m.variant {
		if m.body == body || m.oldest == nil {
			return m
		}
	}
	return nil
}

// shownAs gives the message that somebody was shown: the one with this body if there
// is one, or else another one of this id, by the same sender if possible.
func (c *conversation) shownAs(id messageID, body string) *message {
	first := c.byID[id]
	for m := first; m != nil; m = m.variant {
		if m.body == body {
			return m
		}
	}
	if first != nil {
		return first
	}
	if c.anyones == nil {
		c.anyones = make(map[string]*message, len(c.byID))
		for _, m := range c.messages {
			if c.anyones[m.id] == nil {
				c.anyones[m.id] = m
			}
		}
	}
	return c.anyones[id.id]
}

// known is shownAs for what a read showed.
func (c *conversation) known(shown *history.Message) *message {
	return c.shownAs(messageID{shown.ID, c.judge.names.of(shown.Sender)}, shown.Body)
}

func (c *conversation) newMessage(id, sender, body string) *message {
	m := c.judge.messages.new()
	*m = message{id: id, sender: c.judge.names.of(sender), body: body}
	key := messageID{id, m.sender}
	if first := c.byID[key]; first != nil {
		first.variant, m.variant = m, first.variant
	} else {
		c.byID[key] = m
	}
	if c.anyones != nil && c.anyones[id] == nil {
		c.anyones[id] = m
	}
	return m
}

// answered takes the completion of a send.
func (j *Judge) answered(o *operation) {
	c, m := o.conversation, o.message
	c.lastSend = j.place
	switch o.outcome {
	case fail:
		j.report.Counts.Refused++
	case ok:
		j.report.Counts.Answered++
		if m.acked == nil {
			j.report.Counts.Acknowledged++
			m.acked = o
		}
		j.numbered(o)
		j.scratch = history.Message{Seq: o.seq, ID: m.id, Sender: j.names.text(m.sender), Body: m.body, Epoch: o.epoch}
		j.sight(o, &j.scratch)
		c.learn(m.sender, o.seq, o)
	}
}

// shown takes the completion of a read.
func (j *Judge) shown(o *operation, e *history.Event) {
	c, r := o.conversation, o.read
	r.retained = e.First
	if r.final && o.outcome == fail && e.First > 0 {
		c.final(o.node).beginAt(e.First)
	}
	if o.outcome != ok {
		return
	}
	j.report.Counts.Reads++
	c.reads = append(c.reads, o)
	r.last = e.Last
	same := true
	for i := range e.Messages {
		m := &e.Messages[i]
		same = j.sight(o, m) && same && m.Seq == e.Messages[0].Seq+uint64(i)
	}
	if n := len(e.Messages); n > 0 {
		r.lowest, r.newest = e.Messages[0].Seq, e.Messages[n-1].Seq
	}
	if !same {
		r.messages = slices.Clone(e.Messages)
		for _, m := range r.messages {
			r.lowest, r.newest = min(r.lowest, m.Seq), max(r.newest, m.Seq)
		}
	}
	j.dense(o, e.Messages)
	j.sessionRead(o)
	c.learn(r.reader, r.newest, o)
	if r.final {
		c.final(o.node).add(o, c.folded.upto)
	}
}

// learn notes that a session has heard of a message.
func (c *conversation) learn(session name, seq uint64, by *operation) {
	if session != 0 && c.sessions[session].seq < seq {
		c.sessions[session] = seen{seq, by}
	}
}

// final is what a node holds in the end.
func (c *conversation) final(node name) *replica {
	text := c.judge.names.text(node)
	i, found := slices.BinarySearchFunc(c.finals, text, func(f *replica, text string) int { return cmp.Compare(f.node, text) })
	if !found {
		c.finals = slices.Insert(c.finals, i, &replica{node: text, first: c.folded.upto + 1})
	}
	return c.finals[i]
}
