package judging

import (
	"maps"
	"slices"
	"time"

	"lockstep/prototype/lab/frame"
)

// sighting is where a message was seen.
type sighting struct {
	node string
	seq  uint64
}

// sightings are what views show beside promises that are kept.
type sightings struct {
	odd    map[string][]sighting // by id: what stands elsewhere, in the order of the nodes
	differ map[uint64]bool       // seqs at which two views show different messages
}

// compare holds the views against the promises. Nearly every message stands where it
// was promised in every view, so that is looked for first and costs no hashing of
// ids.
func (w *Weak) compare() sightings {
	s := sightings{odd: map[string][]sighting{}, differ: map[uint64]bool{}}
	lowest := ^uint64(0)
	for _, p := range w.order {
		lowest = min(lowest, p.message.Seq)
		p.in = p.in[:0]
	}
	// One promise for each seq from the lowest on; a further one for the same seq, or
	// one that is far away, is found among the odd ones.
	promised := make([]*promise, 4*weakWindow)
	for _, p := range w.order {
		if i := p.message.Seq - lowest; i < uint64(len(promised)) {
			promised[i] = p
		}
	}
	nodes := slices.Sorted(maps.Keys(w.views))
	views := make([]view, len(nodes))
	for i, node := range nodes {
		views[i] = w.views[node]
		for _, m := range views[i].messages {
			if at := m.Seq - lowest; at < uint64(len(promised)) && promised[at] != nil && promised[at].message.ID == m.ID {
				promised[at].in = append(promised[at].in, node)
			} else {
				s.odd[m.ID] = append(s.odd[m.ID], sighting{node, m.Seq})
			}
			for _, other := range views[:i] {
				if id, ok := other.at(m.Seq); ok && id != m.ID {
					s.differ[m.Seq] = true
				}
			}
		}
	}
	return s
}

// at is the id of the message at a seq. Views have no holes.
func (v view) at(seq uint64) (id string, ok bool) {
	if len(v.messages) == 0 || seq < v.messages[0].Seq || seq-v.messages[0].Seq >= uint64(len(v.messages)) {
		return "", false
	}
	return v.messages[seq-v.messages[0].Seq].ID, true
}

// Judge holds promises against the views. reference is the node that leads the
// lane, or "" where nobody does; quiet says that no fault has been in force for a
// while, so that messages which are nowhere are not on their way either.
func (w *Weak) Judge(now time.Time, reference string, quiet bool) {
	s := w.compare()
	w.Findings = w.settled
	w.Findings.Differ = uint64(len(s.differ))
	w.ghosts = w.ghosts[:0]
	for _, p := range w.order {
		in, odd := p.in, s.odd[p.message.ID]
		old := now.Sub(p.at) > lostAfter
		// A replica that catches up shows what it has at other seqs for a while.
		if old && quiet {
			p.moved, p.duplicate = false, false
			for i, at := range odd {
				twice := func(before sighting) bool { return before.node == at.node }
				if slices.Contains(in, at.node) || slices.ContainsFunc(odd[:i], twice) {
					p.duplicate = true
				}
				if at.seq != p.message.Seq {
					p.moved = true
				}
			}
		}
		missing := len(in)+len(odd) == 0
		view, known := w.views[reference]
		if known && w.Lane != frame.LaneClock {
			led := slices.Contains(in, reference) || slices.ContainsFunc(odd, func(at sighting) bool { return at.node == reference })
			missing = !led && view.read.After(p.at)
		}
		switch {
		case w.Lane == frame.LaneLazy && !known:
			// Only its leader is certain to have everything: the judgement stands as it was.
		case !missing:
			p.lost = false
		case w.Lane == frame.LaneClock && w.partly():
			// It may have moved to before what was read: that it is lost cannot be said.
			p.moved = p.moved || old && quiet
		case old && quiet && len(w.views) > 0:
			p.lost = true
		}
		if p.lost {
			w.ghosts = append(w.ghosts, frame.Line{Seq: p.message.Seq, Was: p.message.Seq, Sender: p.message.Sender, Body: p.message.Body, Mark: frame.Gone})
		}
		p.addTo(&w.Findings)
	}
	w.testify(s, reference)
}
