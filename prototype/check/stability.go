package check

import (
	"fmt"

	"lockstep/prototype/history"
)

// stability asks each replica for everything that was acknowledged or shown.
func (j *Judge) stability(c *conversation) {
	lost, moved, unseen := map[*message]bool{}, map[*message]bool{}, map[*message]bool{}
	for _, f := range c.finals {
		if !f.whole {
			continue // proves nothing
		}
		for _, m := range c.messages {
			switch {
			case m.acked == nil || m.acked.to > f.pages[0].from:
			case m.acked.seq > 0 && m.acked.seq < f.first && f.first > c.folded.upto+1: // retained away
				if s := c.sights.at(m.acked.seq); s == nil || !s.read || s.message != m {
					unseen[m] = true
				}
			default:
				j.kept(c, f, m, lost, moved)
			}
		}
		j.vanished(c, f, lost)
		j.shrunk(c, f)
	}
	j.report.Counts.Lost += len(lost)
	j.report.Counts.Reordered += len(moved)
	if len(unseen) > 0 {
		j.lack(fmt.Sprintf("%d acknowledged messages of %s were retained away before anybody read them", len(unseen), c.name), Stability)
	}
}

// kept looks for an acknowledged message in a replica's final order.
func (j *Judge) kept(c *conversation, f *replica, m *message, lost, moved map[*message]bool) {
	seq := m.acked.seq
	page := f.page(seq)
	if page.shows(m, seq) {
		return
	}
	there := page.showed(seq)
	acknowledged := m.acked.says(m.id, seq)
	if elsewhere := f.find(m); elsewhere > 0 {
		moved[m] = true
		j.violate(Stability, c, witness([]uint64{seq, elsewhere}, m.acked, f.page(elsewhere)),
			"an acknowledged message was moved", "%s; at %s %s holds it as seq %d", acknowledged, seconds(f.page(elsewhere).ended), f.node, elsewhere)
		return
	}
	lost[m] = true
	instead := fmt.Sprintf("%s ends at seq %d", f.node, f.last)
	if there != nil {
		instead = fmt.Sprintf("seq %d is %s at %s", seq, describe(there, &history.Message{ID: m.id, Sender: j.names.text(m.sender), Body: m.body}), f.node)
	} else if seq <= f.last {
		instead = fmt.Sprintf("%s has nothing at seq %d", f.node, seq)
	}
	j.violate(Stability, c, witness([]uint64{seq}, m.acked, page),
		"an acknowledged message was lost", "%s; at %s %s", acknowledged, seconds(page.ended), instead)
}

// vanished looks for seqs that were shown and that the replica does not reach.
func (j *Judge) vanished(c *conversation, f *replica, lost map[*message]bool) {
	c.sights.after(f.last, func(seq uint64, s *sight) {
		if lost[s.message] || s.message.acked != nil {
			return // told already
		}
		if s.by.to > f.pages[0].from && !s.by.read.final {
			return // it may have come later
		}
		lost[s.message] = true
		page := f.page(f.last)
		j.violate(Stability, c, witness([]uint64{f.last, seq}, s.by, page),
			"what was shown has vanished", "%s; at %s %s ends at seq %d", s.by.says(s.message.id, seq), seconds(page.ended), f.node, f.last)
	})
}

// shrunk looks for reads that told of more messages than the replica holds,
// whether they showed them or not.
func (j *Judge) shrunk(c *conversation, f *replica) {
	for _, o := range c.reads {
		if o.read.last > f.last && o.read.newest <= f.last && (o.to < f.pages[0].from || o.read.final) {
			page := f.page(f.last)
			j.violate(Stability, c, witness([]uint64{f.last}, o, page), "messages have vanished", "at %s %s said that the newest is seq %d; at %s %s ends at seq %d",
				seconds(o.ended), o.who(), o.read.last, seconds(page.ended), f.node, f.last)
		}
	}
}
