package lab

import (
	"time"

	"lockstep/prototype/api"
)

// maxFailovers is how many changes of leader a frame carries.
const maxFailovers = 5

// handover follows one change of leader from the fault to the first message
// that the successor acknowledged.
//
//	 last ack     fault      noticed     elected    barrier   first ack
//	────┴───────────┴───────────┴───────────┴──────────┴──────────┴────▶
//	    ├──────── notice ───────┼── elect ──┼─ barrier ┼ first ack ┤
//	    ├─────────────────────── window ───────────────────────────┤
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
	barrier  time.Duration // of the new leader, as it says itself
	firstAck time.Time
	kept     bool
	closed   bool
	unsaid   bool // closed, and the journal waits to learn who was elected
}

// acknowledged takes an acknowledgement and says whether it closes the matter.
// A duplicate carries the epoch in which its first copy was ordered, so it may
// come from the successor and name the old term.
func (h *handover) acknowledged(at time.Time, epoch uint64, duplicate bool) bool {
	switch {
	case epoch > h.oldTerm, duplicate && !h.elected.IsZero():
		h.firstAck, h.term, h.closed = at, max(h.term, epoch), true
		if h.elected.IsZero() {
			h.elected = at // at the latest: no node was asked since
			h.missed(at)
		}
	case duplicate:
		// From either leader: it says nothing.
	case !h.mended.IsZero() && h.elected.IsZero():
		h.firstAck, h.to, h.term = at, h.from, h.oldTerm
		h.kept, h.closed = true, true
	default:
		h.lastAck = at
	}
	return h.closed
}

// missed takes the news that a follower has no leader any more. The first of
// such news counts.
func (h *handover) missed(at time.Time) {
	if h.noticed.IsZero() {
		h.noticed = at
	}
}

// says takes what the new leader says of its election. It knows better than
// anybody who asked it later.
func (h *handover) says(now time.Time, s api.ShardStatus) {
	if s.Lead == nil || s.Lead.ForMicros <= 0 || h.term != s.Term {
		return
	}
	us := func(n int64) time.Duration { return time.Duration(n) * time.Microsecond }
	h.barrier = us(s.Lead.BarrierMicros)
	if at := now.Add(-us(s.Lead.ForMicros)); at.After(h.began) && at.Before(h.elected) {
		h.elected = at
	}
	if at := h.elected.Add(-us(s.Lead.ElectionMicros)); s.Lead.ElectionMicros > 0 && at.After(h.began) && at.Before(h.noticed) {
		h.noticed = at
	}
}

// wonBy takes the news that a node leads in a newer term.
func (h *handover) wonBy(at time.Time, node string, term uint64) {
	if term > h.oldTerm && (h.elected.IsZero() || term > h.term) {
		h.elected, h.to, h.term = at, node, term
		h.missed(at) // at the latest
	}
}

// window is what the senders felt; false if there was no load to feel it.
func (h *handover) window() (time.Duration, bool) {
	if h.firstAck.IsZero() || h.lastAck.IsZero() {
		return 0, false
	}
	return h.firstAck.Sub(h.lastAck), true
}

func (h *handover) failover(now time.Time) Failover {
	f := Failover{Cause: h.cause, From: h.from, To: h.to, Term: h.term, Began: h.began, Open: !h.closed, KeptTerm: h.kept}
	if !h.elected.IsZero() {
		f.Elected = h.elected.Sub(h.began)
	}
	f.Window, f.Measured = h.window()
	if f.Open && !h.lastAck.IsZero() {
		f.Window, f.Measured = now.Sub(h.lastAck), true
	}
	inOrder := !h.noticed.IsZero() && h.noticed.After(h.lastAck) && !h.elected.Before(h.noticed) && !h.firstAck.Before(h.elected)
	if f.Measured && h.closed && !h.kept && inOrder {
		f.Split = true
		f.Notice, f.Elect = h.noticed.Sub(h.lastAck), h.elected.Sub(h.noticed)
		// The election is seen late, by up to a poll, so the barrier may seem to end
		// after the first acknowledgement.
		f.Barrier = min(h.barrier, h.firstAck.Sub(h.elected))
		f.FirstAck = h.firstAck.Sub(h.elected) - f.Barrier
	}
	return f
}

// handovers is the list of them, newest last.
type handovers []*handover

func (hs handovers) open() *handover {
	if h := hs.newest(); h != nil && !h.closed {
		return h
	}
	return nil
}

func (hs handovers) newest() *handover {
	if len(hs) == 0 {
		return nil
	}
	return hs[len(hs)-1]
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

func (hs handovers) newestFirst(now time.Time) []Failover {
	var failovers []Failover
	for i := len(hs) - 1; i >= 0; i-- {
		failovers = append(failovers, hs[i].failover(now))
	}
	return failovers
}
