package check

import (
	"fmt"

	"lockstep/prototype/history"
)

// density looks for holes in what each read shows. A page may be short, since
// pages have limits; but it begins at once behind what was asked for, and has no
// gap.
func (r *Report) density(c *conversation) {
	for _, m := range c.messages {
		for a := range m.attempts() {
			if a.ended(history.OK) && a.end.Seq == 0 {
				r.violate(Density, fmt.Sprintf("In %s, message %s was acknowledged without a seq.", c.name, m.id), a.events()...)
			}
		}
	}
	for _, read := range c.reads {
		before := read.invoke.After
		for _, m := range read.end.Messages {
			if m.Seq != before+1 {
				r.violate(Density, fmt.Sprintf("In %s, %s shows seq %d after %d.", c.name, who(read), m.Seq, before), read.events(before, m.Seq)...)
			}
			before = m.Seq
		}
		switch last := read.end.Last; {
		case len(read.end.Messages) > 0 && before > last:
			r.violate(Density, fmt.Sprintf("In %s, %s shows seq %d and says that the newest is %d.", c.name, who(read), before, last), read.events(before)...)
		case len(read.end.Messages) == 0 && last > read.invoke.After:
			r.violate(Density, fmt.Sprintf("In %s, %s says that the newest seq is %d and shows nothing after %d.", c.name, who(read), last, read.invoke.After), read.events()...)
		}
	}
}
