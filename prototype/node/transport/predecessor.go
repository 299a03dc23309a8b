package transport

import "time"

// handover is what this replica knows of the newest request to take over a lead.
type handover struct {
	term uint64    // of the leader who asked
	at   time.Time // until when that leader could do its work
	sick bool      // that leader's disk hangs or has failed
}

// Predecessor is the leader that a replica has followed before it leads itself.
type Predecessor struct {
	ID      string
	At      time.Time // of its newest request that this replica has taken up, or before that when its disk fell sick
	Planned bool      // it has handed over, with a disk that works
	Asked   bool      // it has handed over
}

// Predecessor is that of a term in which this replica leads; false if it has heard of
// none since it started.
func (t *Transport) Predecessor(term uint64) (p Predecessor, ok bool) {
	t.loyalty.mu.Lock()
	p.ID, p.At = t.loyalty.leader, t.loyalty.at
	t.loyalty.mu.Unlock()
	if h := t.handover.Load(); h != nil && h.term+1 == term {
		p.Asked, p.Planned = true, !h.sick
		if h.sick || h.at.After(p.At) {
			p.At = h.at
		}
	}
	return p, !p.At.IsZero()
}
