package judging

import (
	"lockstep/prototype/check"
	"lockstep/prototype/history"
	"lockstep/prototype/lab/frame"
)

// testify keeps a proof of what is broken now: the first that there was, for as long as
// it holds. A loss weighs more than a move.
func (w *Weak) testify(s sightings, reference string) {
	if w.Findings.Clean() {
		w.witness, w.accused = frame.Witness{}, nil
		return
	}
	if w.witness.Sentence != "" && w.accused == nil {
		return // the exact judge's
	}
	if p := w.accused; p != nil && (p.lost || p.moved && !w.loses()) {
		return
	}
	w.witness, w.accused = frame.Witness{}, nil
	for _, p := range w.order {
		at, found := w.instead(p, s, reference)
		if !found || w.witness.Sentence != "" && !p.lost {
			continue
		}
		w.witness, w.accused = w.proof(p, at), p
		if p.lost {
			return
		}
	}
}

// loses says whether one of the newest messages is lost.
func (w *Weak) loses() bool { return len(w.ghosts) > 0 }

// instead is where a view shows that a promise does not hold.
func (w *Weak) instead(p *promise, s sightings, reference string) (at sighting, found bool) {
	switch {
	case p.exact:
		return at, false
	case p.lost && reference != "":
		return sighting{reference, p.message.Seq}, true
	case p.lost:
		for node := range w.views {
			if at.node == "" || node < at.node {
				at = sighting{node, p.message.Seq}
			}
		}
		return at, at.node != ""
	case p.moved:
		for _, at := range s.odd[p.message.ID] {
			if at.seq != p.message.Seq {
				return at, true
			}
		}
	}
	return at, false
}

// proof puts a promise beside what a view shows, as operations of a history.
func (w *Weak) proof(p *promise, at sighting) frame.Witness {
	v, m := w.views[at.node], p.message
	read := history.Event{Op: 2, Type: history.OK, Time: v.read.Sub(w.began).Nanoseconds()}
	for _, shown := range v.messages {
		read.Last = shown.Seq
		if shown.Seq == at.seq {
			read.Messages = []history.Message{{Seq: shown.Seq, ID: shown.ID, Sender: shown.Sender, Body: shown.Body, Epoch: shown.Epoch}}
		}
	}
	therefore := "an acknowledged message was lost"
	if !p.lost {
		therefore = "an acknowledged message was moved"
	}
	return witnessOf(check.Stability, []history.Event{
		{Op: 1, Type: history.Invoke, Kind: history.Send, ID: m.ID, Sender: m.Sender, Body: m.Body},
		{Op: 1, Type: history.OK, Time: p.at.Sub(w.began).Nanoseconds(), Seq: m.Seq, Epoch: m.Epoch},
		{Op: 2, Type: history.Invoke, Kind: history.Read, Node: at.node, Final: true},
		read,
	}, therefore)
}
