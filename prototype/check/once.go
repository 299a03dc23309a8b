package check

import "fmt"

// onePlace takes each sight that is the first of its message at its seq. A
// message has one place, whoever looks.
func (j *Judge) onePlace(m *message, seq uint64, o *operation) {
	switch {
	case m.seq == 0:
		m.seq, m.seen = seq, o
		return
	case m.seq == seq:
		return
	}
	if o.read == nil {
		j.doubled(m, m.seen.read == nil)
	} else if m.elsewhere != seq {
		j.doubled(m, m.wasRead())
		m.elsewhere = seq
	}
	if !m.moved {
		m.moved = true
		j.violate(Once, o.conversation, witness([]uint64{m.seq, seq}, m.seen, o),
			"it is in two places", "%s; %s", m.seen.says(m.id, m.seq), o.says("it", seq))
	}
}

// wasRead says whether a read has shown a message that has a place.
func (m *message) wasRead() bool {
	first := m.seen.conversation.sights.at(m.seq) // of another message, if two were told one seq
	return m.elsewhere > 0 || m.seen.read != nil || first != nil && first.read && first.message == m
}

// doubled counts a message that reads showed, or acknowledgements named, in two places.
// One that was shown in another place than it was acknowledged in, and there alone, has
// moved.
func (j *Judge) doubled(m *message, is bool) {
	if is && !m.doubled {
		m.doubled = true
		j.report.Counts.Duplicated++
	}
}

// once: what certainly failed has no place, nor has what nobody sent; and
// "duplicate" is said of copies alone. That a message has one place is looked at
// by onePlace.
func (j *Judge) once(c *conversation) {
	if len(c.messages) == 0 {
		return // it was only read here, so anybody may have written
	}
	for _, m := range c.messages {
		for a := range m.attempts() {
			if a.outcome == ok {
				j.truthful(m, a)
			}
		}
		if m.seq > 0 && m.first() == nil {
			j.violate(Once, c, witness([]uint64{m.seq}, m.newest, m.seen),
				"it had not", "%s was told at %s that %s had certainly failed; %s",
				j.names.text(m.sender), seconds(m.newest.ended), m.id, m.seen.says("it", m.seq))
		}
	}
	for _, m := range c.messages {
		for other := m.variant; other != nil; other = other.variant {
			if m.seq > 0 && other.seq > 0 {
				j.report.Counts.Duplicated++
				j.violate(Once, c, witness([]uint64{m.seq, other.seq}, m.seen, other.seen),
					fmt.Sprintf("one id of %s stands for two messages", j.names.text(m.sender)), "%s; %s, saying something else",
					m.seen.says(m.id, m.seq), other.seen.says("it", other.seq))
			}
		}
	}
	c.sights.after(c.folded.upto, func(seq uint64, s *sight) {
		if s.message.oldest == nil && s.message.seq == seq {
			j.violate(Once, c, witness([]uint64{seq}, s.by), "it was made up", "%s, which nobody sent", s.by.says(s.message.id, seq))
		}
	})
}

// truthful holds an acknowledgement's "duplicate" against the other attempts:
// a copy needs an original that may have taken effect, and there is one original,
// which is not preceded by an acknowledgement.
func (j *Judge) truthful(m *message, answer *operation) {
	c := answer.conversation
	var refused *operation
	before := true // the attempts that began before this one
	for o := range m.attempts() {
		switch {
		case o == answer:
			before = false
		case o.from > answer.to:
		case answer.duplicate && o.maybe():
			return
		case !answer.duplicate && o.outcome == ok && (before && !o.duplicate || o.to < answer.from):
			j.violate(Once, c, witness(nil, o, answer),
				"it was placed twice or one of the two answers is false", "%s was acknowledged at %s (operation %d); at %s operation %d was told that it is no duplicate",
				m.id, seconds(o.ended), o.number, seconds(answer.ended), answer.number)
			return
		default:
			refused = o
		}
	}
	switch {
	case !answer.duplicate:
	case refused == nil:
		j.violate(Once, c, witness(nil, answer), "the answer is false", "%s was called a duplicate at %s; it had never been sent before", m.id, seconds(answer.ended))
	default:
		j.violate(Once, c, witness(nil, refused, answer),
			"it had not failed", "%s was told at %s that %s had certainly failed; at %s it was called a duplicate",
			j.names.text(m.sender), seconds(refused.ended), m.id, seconds(answer.ended))
	}
}
