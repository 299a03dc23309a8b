package lab

import "time"

// maxFailovers is how many changes of leader a frame carries.
const maxFailovers = 6

// handover follows one change of leader from the fault to the first message
// that the successor acknowledged.
//
//	 last ack     fault      noticed     elected     first ack
//	────┴───────────┴───────────┴───────────┴────────────┴────▶
//	    ├──────── notice ───────┼── elect ──┼─ first ack ┤
//	    ├─────────────────── window ─────────────────────┤
type handover struct {
	cause    string
	from     string
	oldTerm  uint64
	began    time.Time
	lastAck  time.Time // newest acknowledgement of the old term; zero if there was none
	noticed  time.Time
	elected  time.Time
	mended   time.Time // the fault was taken back before anybody was elected
	to       string
	term     uint64
	firstAck time.Time
	kept     bool
	closed   bool
}

// acknowledged takes an acknowledgement and says whether it closes the matter.
func (h *handover) acknowledged(at time.Time, epoch uint64) bool {
	switch {
	case epoch > h.oldTerm:
		h.firstAck, h.term = at, max(h.term, epoch)
		h.closed = true
	case !h.mended.IsZero() && h.elected.IsZero():
		h.firstAck, h.to, h.term = at, h.from, h.oldTerm
		h.kept, h.closed = true, true
	default:
		h.lastAck = at
	}
	return h.closed
}

// missed takes the news that a follower has no leader any more.
func (h *handover) missed(at time.Time) {
	if h.noticed.IsZero() && h.elected.IsZero() {
		h.noticed = at
	}
}

// wonBy takes the news that a node leads in a newer term.
func (h *handover) wonBy(at time.Time, node string, term uint64) {
	if term > h.oldTerm && (h.elected.IsZero() || term > h.term) {
		h.elected, h.to, h.term = at, node, term
	}
}

// window is what the senders felt; false if there was no load to feel it.
func (h *handover) window() (time.Duration, bool) {
	if h.firstAck.IsZero() || h.lastAck.IsZero() {
		return 0, false
	}
	return h.firstAck.Sub(h.lastAck), true
}

func (h *handover) failover() Failover {
	f := Failover{Cause: h.cause, From: h.from, To: h.to, Term: h.term, Began: h.began, Open: !h.closed, KeptTerm: h.kept}
	if !h.elected.IsZero() {
		f.Elected = h.elected.Sub(h.began)
	}
	f.Window, f.Measured = h.window()
	inOrder := !h.noticed.IsZero() && h.noticed.After(h.lastAck) && !h.elected.Before(h.noticed) && !h.firstAck.Before(h.elected)
	if f.Measured && !h.kept && inOrder {
		f.Split = true
		f.Notice, f.Elect, f.FirstAck = h.noticed.Sub(h.lastAck), h.elected.Sub(h.noticed), h.firstAck.Sub(h.elected)
	}
	return f
}

// handovers is the list of them, newest last.
type handovers []*handover

func (hs handovers) open() *handover {
	if n := len(hs); n > 0 && !hs[n-1].closed {
		return hs[n-1]
	}
	return nil
}

func (hs *handovers) begin(h *handover) *handover {
	if open := hs.open(); open != nil {
		open.closed = true
	}
	*hs = append(*hs, h)
	if n := len(*hs); n > maxFailovers {
		*hs = (*hs)[n-maxFailovers:]
	}
	return h
}

func (hs handovers) newestFirst() []Failover {
	var failovers []Failover
	for i := len(hs) - 1; i >= 0; i-- {
		failovers = append(failovers, hs[i].failover())
	}
	return failovers
}
