package check

import (
	"lockstep/prototype/history"
)

// numbered: an acknowledgement has a seq.
func (j *Judge) numbered(o *operation) {
	if o.seq == 0 {
		j.violate(Density, o.conversation, o.events(), "it has no place", "%s was acknowledged at %s without a seq", o.message.id, seconds(o.ended))
	}
}

// dense looks for holes in what a read shows. A page may be short, since pages
// have limits; but it begins at once behind what was asked for, and has no gap.
func (j *Judge) dense(o *operation, messages []history.Message) {
	c, r := o.conversation, o.read
	before := r.after
	for i := range messages {
		if seq := messages[i].Seq; seq != before+1 {
			j.violate(Density, c, o.events(before, seq), "the order has a hole there", "%s shows seq %d right after %d at %s", o.who(), seq, before, seconds(o.ended))
		}
		before = messages[i].Seq
	}
	switch {
	case len(messages) > 0 && before > r.last:
		j.violate(Density, c, o.events(before), "one of the two is not so", "%s shows seq %d at %s and says that the newest is %d", o.who(), before, seconds(o.ended), r.last)
	case len(messages) == 0 && r.last > r.after:
		j.violate(Density, c, o.events(), "something is held back", "%s says at %s that the newest seq is %d and shows nothing after %d", o.who(), seconds(o.ended), r.last, r.after)
	}
}
