package check

import (
	"fmt"

	"lockstep/prototype/history"
)

// onePlace takes each sight that is the first of its message at its seq. A
// message has one place, whoever looks.
func (r *Report) onePlace(c *conversation, m *message, s sight) {
	var first sight
	switch {
	case m == nil:
		if before, ok := c.strays[s.id]; !ok {
			c.strays[s.id] = s
			return
		} else {
			first = before
		}
	case m.seq == 0:
		m.seq, m.seen = s.seq, s.by
		return
	case m.doubled:
		return
	default:
		first = sight{seq: m.seq, by: m.seen}
	}
	if first.seq == s.seq {
		return
	}
	if m != nil {
		m.doubled = true
	}
	r.Counts.Duplicated++
	r.violate(Once, fmt.Sprintf("In %s, message %s is at %d for %s and at %d for %s.", c.name, s.id, first.seq, who(first.by), s.seq, who(s.by)),
		append(first.by.events(first.seq), s.by.events(first.seq, s.seq)...)...)
}

// once: what certainly failed has no place, nor has what nobody sent; and
// "duplicate" is said of copies alone. That a message has one place is looked at
// by onePlace.
func (r *Report) once(c *conversation) {
	if len(c.messages) == 0 {
		return // it was only read here, so anybody may have written
	}
	for _, m := range c.messages {
		for a := range m.attempts() {
			if a.ended(history.OK) {
				r.truthful(c, m, a)
			}
		}
		if m.first == nil && m.seq > 0 {
			r.violate(Once, fmt.Sprintf("In %s, %s was told that message %s certainly failed, and %s shows it at %d.", c.name, m.sender, m.id, who(m.seen), m.seq),
				append(m.newest.events(), m.seen.events(m.seq)...)...)
		}
	}
	c.shown.after(0, func(s *sight) {
		if stray, ok := c.strays[s.id]; ok && stray.seq == s.seq {
			r.violate(Once, fmt.Sprintf("In %s, %s shows message %s at %d, which nobody sent.", c.name, who(s.by), s.id, s.seq), s.by.events(s.seq)...)
		}
	})
}

// truthful holds an acknowledgement's "duplicate" against the other attempts:
// a copy needs an original that may have taken effect, and there is one original.
func (r *Report) truthful(c *conversation, m *message, answer *operation) {
	var refused *operation
	before := true // the attempts that began before this one
	for o := range m.attempts() {
		switch {
		case o == answer:
			before = false
		case o.from > answer.to:
		case answer.end.Duplicate && o.maybe():
			return
		case !answer.end.Duplicate && before && o.ended(history.OK) && !o.end.Duplicate:
			r.violate(Once, fmt.Sprintf("In %s, operations %d and %d were both told that theirs was the first copy of message %s.", c.name, o.invoke.Op, answer.invoke.Op, m.id),
				append(o.events(), answer.events()...)...)
			return
		default:
			refused = o
		}
	}
	switch {
	case !answer.end.Duplicate:
	case refused == nil:
		r.violate(Once, fmt.Sprintf("In %s, message %s was called a duplicate, and it had never been sent before.", c.name, m.id), answer.events()...)
	default:
		r.violate(Once, fmt.Sprintf("In %s, %s was told that message %s certainly failed, and then that it had been ordered before.", c.name, m.sender, m.id),
			append(refused.events(), answer.events()...)...)
	}
}
