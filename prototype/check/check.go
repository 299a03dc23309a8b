package check

import (
	"maps"
	"slices"

	"lockstep/prototype/history"
)

// Check judges a history. It takes time in proportion to n log n of the events
// and of the messages that reads show, and does not change them.
func Check(events []history.Event) Report {
	r := Report{Broken: map[Property]int{}, Witness: map[Property]Proof{}}
	conversations := gather(events, &r.Counts)
	for _, c := range conversations {
		r.agreement(c)
		r.density(c)
		r.stability(c)
		r.senderFIFO(c)
		r.once(c)
		r.realTime(c)
	}
	r.sufficient(conversations)
	switch {
	case len(r.Broken) > 0:
		r.Verdict = Violated
	case len(r.Reasons) > 0:
		r.Verdict = Unknown
	default:
		r.Verdict = OK
	}
	return r
}

// sufficient asks whether enough was seen for silence to mean something.
func (r *Report) sufficient(conversations []*conversation) {
	if r.Counts.Acknowledged == 0 {
		r.lack("no message was acknowledged")
		return
	}
	nodes := map[string]bool{}
	for _, c := range conversations {
		for _, f := range c.finals {
			nodes[f.node] = true
		}
	}
	r.Counts.Replicas = len(nodes)
	if len(nodes) == 0 {
		r.lack("no replica was read at the end")
		return
	}
	names := slices.Sorted(maps.Keys(nodes))
	for _, c := range conversations {
		if len(c.messages) == 0 {
			continue
		}
		for _, node := range names {
			i := slices.IndexFunc(c.finals, func(f *replica) bool { return f.node == node })
			if i < 0 {
				r.lack("%s was not read at %s in the end", c.name, node)
				continue
			}
			switch f := c.finals[i]; {
			case !f.whole:
				r.lack("%s was not read in full at %s in the end", c.name, node)
			case c.goesOn(f.pages[0].from):
				r.lack("%s was read at %s while messages were still being sent", c.name, node)
			}
		}
	}
}

// goesOn says whether some attempt to send began or ended after a
// place in the history.
func (c *conversation) goesOn(at int) bool {
	for _, m := range c.messages {
		for a := range m.attempts() {
			if a.from > at || a.end != nil && a.to > at {
				return true
			}
		}
	}
	return false
}
