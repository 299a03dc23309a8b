package check

import (
	"fmt"
	"slices"

	"lockstep/prototype/history"
)

// again takes a sight at a place that was folded, or of a message that was: of one that is
// not the one that stood there (m), or of one that is not known any more. It says whether
// the page that shows it need not be kept.
func (j *Judge) again(o *operation, m *message, shown *history.Message) (same bool) {
	c := o.conversation
	if m != nil {
		j.otherPlace(o, shown)
		j.onePlace(m, shown.Seq, o)
		return false
	}
	if e := c.folded.past.find(shown); e != nil && shown.Seq != e.seq && shown.Seq != e.acked {
		if shown.Seq <= c.folded.floor && shown.Seq != e.at && shown.Seq != e.elsewhere {
			j.otherPlace(o, shown)
		}
		j.secondPlace(o, e, shown)
	}
	return o.read == nil || !o.read.final // what is left in a replica is looked for in the end
}

// secondPlace is onePlace for a message that was forgotten.
func (j *Judge) secondPlace(o *operation, e *forgotten, shown *history.Message) {
	if shown.Seq == e.elsewhere {
		return
	}
	if e.read && !e.doubled {
		e.doubled = true
		j.report.Counts.Duplicated++
	}
	e.read, e.elsewhere = true, shown.Seq
	j.violate(Once, o.conversation, witness([]uint64{shown.Seq}, o), "it is in two places", "%s; it had been acknowledged as seq %d", o.says(shown.ID, shown.Seq), e.acked)
}

// otherPlace: a message stands where another one stood that was folded.
func (j *Judge) otherPlace(o *operation, shown *history.Message) {
	j.violate(Agreement, o.conversation, witness([]uint64{shown.Seq}, o), "one place holds two messages", "%s; what had been acknowledged or shown there before was another message", o.says(shown.ID, shown.Seq))
}

// settledLoss adds what became of the messages that were folded: lost is what some replica
// does not hold. It gives the number of those that were moved.
func (j *Judge) settledLoss(c *conversation) int {
	p, counts := &c.folded.past, &j.report.Counts
	if p.size() == 0 {
		return 0
	}
	lost, moved := make([]bool, len(p.list)), make([]bool, len(p.list))
	olderLost, olderMoved, whole := 0, 0, false
	var worst *replica
	var what left
	for _, f := range c.finals {
		if !f.whole {
			continue
		}
		l := c.left(f)
		whole = true
		for i, at := range l.at {
			lost[i] = lost[i] || at == 0
			moved[i] = moved[i] || at > 0 && at != p.list[i].acked
		}
		olderLost, olderMoved = max(olderLost, l.olderLost), max(olderMoved, l.olderMoved)
		counts.AtLeast = counts.AtLeast || l.vague
		if f.rewritten && (worst == nil || l.lost >= what.lost) {
			worst, what = f, l
		}
	}
	if !whole {
		olderLost = p.olderLost
		counts.AtLeast = counts.AtLeast || p.vague
		for i := range p.list {
			lost[i] = p.list[i].at == 0
		}
	}
	counts.Lost += olderLost + trues(lost)
	counts.Reordered += olderMoved + trues(moved)
	if worst != nil {
		j.gone(c, worst, what)
	}
	return olderMoved + trues(moved)
}

// lostOfFolded says whether some replica did not hold all of what was folded. Where
// messages are in two places besides, one that was forgotten may have been in more of them
// than the past tells.
func (c *conversation) lostOfFolded() bool {
	return c.folded.times > 0 || slices.ContainsFunc(c.finals, func(f *replica) bool { return f.rewritten })
}

func trues(list []bool) (n int) {
	for _, is := range list {
		if is {
			n++
		}
	}
	return n
}

// gone reports that a replica does not hold all of what was folded, or elsewhere.
func (j *Judge) gone(c *conversation, f *replica, l left) {
	g := &c.folded
	p := &g.past
	lost, moved, topHeld := max(0, l.olderLost-p.olderLost), 0, false
	for i, at := range l.at {
		switch e := &p.list[i]; {
		case at == 0 && e.at > 0:
			lost++
		case at != 0 && at != e.at && at != e.acked:
			moved++
		}
		topHeld = topHeld || l.at[i] > 0 && p.list[i].seq == g.topSeq
	}
	top := g.top
	if topHeld {
		top = nil // it proves nothing
	}
	page := f.page(f.last)
	events, when := witness(nil, top, page), seconds(page.ended)
	known := fmt.Sprintf("%d messages up to seq %d had been acknowledged", p.size(), g.upto)
	if lost > 0 {
		lacks := "holds none of them"
		if l.lost < p.size() {
			atLeast := ""
			if l.vague {
				atLeast = "at least "
			}
			lacks = fmt.Sprintf("lacks %s%d of them", atLeast, l.lost)
		}
		j.violate(Stability, c, events, "acknowledged messages were lost", "%s; at %s %s %s", known, when, f.node, lacks)
		j.report.Broken[Stability] += lost - 1
	}
	if moved > 0 {
		j.violate(Stability, c, witness(nil, page), "acknowledged messages were moved", "%s; at %s %s holds %d of them as other seqs", known, when, f.node, moved)
		j.report.Broken[Stability] += moved - 1
	}
}
