package check

import (
	"cmp"
	"fmt"
	"slices"

	"lockstep/prototype/history"
)

// senderFIFO: in the order in which a session began to send them, its messages
// have growing seqs. A message counts from its first attempt that was not
// certainly refused.
func (r *Report) senderFIFO(c *conversation) {
	newest := make(map[string]*message) // by session: the one furthest on
	for _, m := range c.inOrderOfSending() {
		if m.seq == 0 {
			continue
		}
		before := newest[m.sender]
		if before == nil || before.seq < m.seq {
			newest[m.sender] = m
			continue
		}
		r.Counts.Reordered++
		r.violate(SenderFIFO, fmt.Sprintf("In %s, %s sent message %s before %s, but they stand at %d and %d.",
			c.name, m.sender, before.id, m.id, before.seq, m.seq),
			append(witnessOf(before), witnessOf(m)...)...)
	}
}

// inOrderOfSending leaves out what certainly failed.
func (c *conversation) inOrderOfSending() []*message {
	sent := make([]*message, 0, len(c.messages))
	for _, m := range c.messages {
		if m.first != nil {
			sent = append(sent, m)
		}
	}
	slices.SortStableFunc(sent, func(a, b *message) int { return cmp.Compare(a.first.invoke.Op, b.first.invoke.Op) })
	return sent
}

// witnessOf is the acknowledgement of a message or, without one, the attempt and
// the read that showed it.
func witnessOf(m *message) []history.Event {
	if m.acked != nil {
		return m.acked.events()
	}
	return append(m.first.events(), m.seen.events(m.seq)...)
}
