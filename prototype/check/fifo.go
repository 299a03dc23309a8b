package check

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// senderFIFO: in the order in which a session began to send them, its messages
// have growing seqs. A message counts from its first attempt that was not
// certainly refused, so what was refused out of its turn may be sent again.
func (j *Judge) senderFIFO(c *conversation) {
	newest := maps.Clone(c.folded.newest)
	if newest == nil {
		newest = map[name]*message{}
	}
	j.inTurn(c, c.inOrderOfSending(), newest)
}

// inTurn looks at attempts in the order in which they were sent. newest is by session
// the message furthest on.
func (j *Judge) inTurn(c *conversation, sent []*operation, newest map[name]*message) {
	for _, s := range sent {
		m := s.message
		if m.seq == 0 {
			continue
		}
		before := newest[m.sender]
		if before == nil || before.seq < m.seq {
			newest[m.sender] = m
			continue
		}
		j.report.Counts.Reordered++
		order, therefore := outOfOrder(before.seq, m.seq)
		j.violate(SenderFIFO, c, witness([]uint64{before.seq, m.seq}, before.first(), before.witness(), s, m.witness()), therefore,
			"%s sent %s at %s and after it %s at %s; %s",
			j.names.text(m.sender), before.id, seconds(before.first().began), m.id, seconds(s.began), order)
	}
}

// outOfOrder says what is wrong with the seqs of two messages, of which the later one
// has none that is greater. Two messages at one seq have not overtaken each other.
func outOfOrder(earlier, later uint64) (order, therefore string) {
	if earlier == later {
		return fmt.Sprintf("both are seq %d", later), "the later one does not follow the earlier"
	}
	return fmt.Sprintf("they are seq %d and seq %d", earlier, later), "the later one overtook the earlier"
}

// inOrderOfSending gives each message's first attempt, and leaves out what
// certainly failed.
func (c *conversation) inOrderOfSending() []*operation {
	sent := make([]*operation, 0, len(c.messages))
	for _, m := range c.messages {
		if first := m.first(); first != nil {
			sent = append(sent, first)
		}
	}
	slices.SortStableFunc(sent, func(a, b *operation) int { return cmp.Compare(a.number, b.number) })
	return sent
}

// witness is the operation that tells where a message is.
func (m *message) witness() *operation {
	if m.acked != nil {
		return m.acked
	}
	return m.seen
}
