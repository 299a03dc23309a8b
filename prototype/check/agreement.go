package check

import (
	"fmt"

	"lockstep/prototype/history"
)

// agreement holds each sight of a message against the first sight at its seq,
// and against what was sent. It also notes where each message is, for the
// properties that follow.
func (r *Report) agreement(c *conversation) {
	for _, m := range c.messages {
		for a := range m.attempts() {
			if a.ended(history.OK) {
				r.sight(c, sight{a.end.Seq, a.end.Epoch, m.id, m.sender, m.body, a})
			}
		}
	}
	for _, read := range c.reads {
		for i := range read.end.Messages {
			r.sight(c, sightOf(&read.end.Messages[i], read))
		}
	}
}

func (r *Report) sight(c *conversation, s sight) {
	if s.seq == 0 {
		return // density's finding
	}
	first := c.shown.at(s.seq)
	if first != nil && first.same(s) {
		return
	}
	m := c.byID[s.id]
	if first == nil {
		c.shown.put(s)
		if m != nil && (m.sender != s.sender || m.body != s.body) {
			r.violate(Agreement, fmt.Sprintf("In %s, %s sent message %s saying %q, but %s shows it as one by %s saying %q.",
				c.name, m.sender, m.id, clip(m.body), who(s.by), s.sender, clip(s.body)),
				append(m.oldest.events(), s.by.events(s.seq)...)...)
		}
	} else {
		r.violate(Agreement, fmt.Sprintf("In %s, seq %d is %s for %s and %s for %s.",
			c.name, s.seq, first.describe(s), who(first.by), s.describe(*first), who(s.by)),
			append(first.by.events(s.seq), s.by.events(s.seq)...)...)
	}
	r.onePlace(c, m, s)
}

// describe names a sight by what sets it apart from another.
func (s sight) describe(other sight) string {
	switch {
	case s.id != other.id:
		return "message " + s.id
	case s.sender != other.sender:
		return fmt.Sprintf("message %s by %s", s.id, s.sender)
	case s.body != other.body:
		return fmt.Sprintf("message %s saying %q", s.id, clip(s.body))
	}
	return fmt.Sprintf("message %s of epoch %d", s.id, s.epoch)
}

// who names an operation in a sentence.
func who(o *operation) string {
	at := ""
	if o.invoke.Node != "" {
		at = " at " + o.invoke.Node
	}
	if o.invoke.Kind == history.Send {
		return fmt.Sprintf("the acknowledgement to %s%s (operation %d)", o.invoke.Sender, at, o.invoke.Op)
	}
	level := o.invoke.Level
	if o.invoke.Final {
		level = "final"
	}
	return fmt.Sprintf("the %s read%s (operation %d)", level, at, o.invoke.Op)
}

func clip(s string) string {
	const most = 40
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}
