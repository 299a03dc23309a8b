package check

import (
	"fmt"
)

// stability asks each replica for everything that was acknowledged or shown.
func (r *Report) stability(c *conversation) {
	lost, moved := map[string]bool{}, map[string]bool{} // by message id
	for _, f := range c.finals {
		if !f.whole {
			continue // proves nothing
		}
		for _, m := range c.messages {
			if m.acked != nil && m.acked.to < f.pages[0].from {
				r.kept(c, f, m, lost, moved)
			}
		}
		r.vanished(c, f, lost)
	}
	r.Counts.Lost += len(lost)
	r.Counts.Reordered += len(moved)
	for _, read := range c.reads {
		if read.end.Last < read.invoke.MinSeq {
			r.violate(Stability, fmt.Sprintf("In %s, %s asked to see at least seq %d and was given the state of %d.", c.name, who(read), read.invoke.MinSeq, read.end.Last), read.events()...)
		}
	}
}

// kept looks for an acknowledged message in a replica's final order.
func (r *Report) kept(c *conversation, f *replica, m *message, lost, moved map[string]bool) {
	seq := m.acked.end.Seq
	there := f.at(seq)
	if there != nil && there.ID == m.id {
		return
	}
	if elsewhere := f.find(m.id); elsewhere > 0 {
		moved[m.id] = true
		r.violate(Stability, fmt.Sprintf("In %s, message %s was acknowledged as %d, and in the end %s has it at %d.", c.name, m.id, seq, f.node, elsewhere),
			append(m.acked.events(), f.page(elsewhere).events(seq, elsewhere)...)...)
		return
	}
	lost[m.id] = true
	instead := "has nothing there"
	if there != nil {
		instead = "has message " + there.ID + " there"
	}
	r.violate(Stability, fmt.Sprintf("In %s, message %s was acknowledged as %d, and in the end %s %s.", c.name, m.id, seq, f.node, instead),
		append(m.acked.events(), f.page(seq).events(seq)...)...)
}

// vanished looks for seqs that were shown and that the replica does not reach.
func (r *Report) vanished(c *conversation, f *replica, lost map[string]bool) {
	c.shown.after(f.last, func(s *sight) {
		if m := c.byID[s.id]; lost[s.id] || m != nil && m.acked != nil {
			return // told already
		}
		if s.by.to > f.pages[0].from && !s.by.invoke.Final {
			return // it may have come later
		}
		lost[s.id] = true
		r.violate(Stability, fmt.Sprintf("In %s, %s shows message %s at %d, and in the end %s ends at %d.", c.name, who(s.by), s.id, s.seq, f.node, f.last),
			append(s.by.events(s.seq), f.page(f.last).events(f.last)...)...)
	})
}
