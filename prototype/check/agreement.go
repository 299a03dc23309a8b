package check

import (
	"fmt"

	"lockstep/prototype/history"
)

// sight holds what an operation shows against the first sight at its seq, and
// against what was sent, and says whether it is the same. It also notes where
// each message is, for the properties that follow.
func (j *Judge) sight(o *operation, shown *history.Message) (same bool) {
	if shown.Seq == 0 {
		return false // density's finding
	}
	c := o.conversation
	if shown.Seq <= c.folded.floor {
		return j.again(o, c.byID[messageID{shown.ID, j.names.of(shown.Sender)}], shown)
	}
	first := c.sights.at(shown.Seq)
	if first != nil && first.same(j, shown) {
		if o.read != nil && !first.read {
			first.read = true
			j.doubled(first.message, first.message.elsewhere > 0)
		}
		return true
	}
	m := c.known(shown)
	if m == nil && c.folded.past.find(shown) != nil {
		return j.again(o, nil, shown)
	}
	if m == nil {
		m = c.newMessage(shown.ID, shown.Sender, shown.Body)
	}
	if first == nil {
		s := sight{message: m, epoch: shown.Epoch, by: o, read: o.read != nil}
		if m.body != shown.Body || j.names.text(m.sender) != shown.Sender {
			copied := *shown
			s.other = &copied
		}
		c.sights.put(shown.Seq, s)
		if s.other != nil && m.oldest != nil {
			j.violate(Agreement, c, witness([]uint64{shown.Seq}, m.oldest, o),
				"it is not what was sent", "%s sent %s saying %q at %s; %s",
				j.names.text(m.sender), m.id, clip(m.body), seconds(m.oldest.began),
				o.says(fmt.Sprintf("%s by %s saying %q", shown.ID, shown.Sender, clip(shown.Body)), shown.Seq))
		}
	} else if n := j.report.Broken[Agreement]; n >= tries {
		j.report.Broken[Agreement]++ // a lane that forks does so thousands of times
	} else {
		before, now := first.asMessage(j, shown.Seq), shown
		therefore := "one place holds two messages"
		if before.ID == now.ID {
			therefore = "it is not the same for everybody"
		}
		j.violate(Agreement, c, twoSights(shown, first.by, o), therefore, "%s; %s",
			first.by.says(describe(before, now), shown.Seq), o.says(describe(now, before), shown.Seq))
	}
	j.onePlace(m, shown.Seq, o)
	return first == nil
}

// twoSights are the two operations' events. The second is not complete yet when
// it is found out, so what it shows is put in by hand.
func twoSights(shown *history.Message, first, second *operation) []history.Event {
	events := witness([]uint64{shown.Seq}, first, second)
	if last := &events[len(events)-1]; second.read != nil && len(last.Messages) == 0 {
		last.Messages = []history.Message{*shown}
	}
	return events
}

// forged: a message that somebody had been shown is sent only now, and with
// another content.
func (j *Judge) forged(m *message, e *history.Event) {
	if m.body == e.Body && j.names.text(m.sender) == e.Sender {
		return // that it was shown too early is a matter of real time
	}
	c := m.seen.conversation
	j.violate(Agreement, c, append(witness([]uint64{m.seq}, m.seen), *e),
		"it is not what was sent", "%s; %s sent it at %s saying %q",
		m.seen.says(fmt.Sprintf("%s by %s saying %q", m.id, j.names.text(m.sender), clip(m.body)), m.seq), e.Sender, seconds(e.Time), clip(e.Body))
}

// describe names a message by what sets it apart from another.
func describe(m, other *history.Message) string {
	switch {
	case m.ID != other.ID:
		return m.ID
	case m.Sender != other.Sender:
		return fmt.Sprintf("%s by %s", m.ID, m.Sender)
	case m.Body != other.Body:
		return fmt.Sprintf("%s saying %q", m.ID, clip(m.Body))
	}
	return fmt.Sprintf("%s of epoch %d", m.ID, m.Epoch)
}
