package lab

import (
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/history"
	"lockstep/prototype/lab/frame"
)

// maxFailovers is how many changes of leader a frame carries.
const maxFailovers = 5

// handover follows one change of leader from the fault to the first message
// that the successor acknowledged. Its window has a barrier between the election and
// the first acknowledgement: until the new leader knows what was committed before.
type handover struct {
	history.Window // Last is zero if nothing was acknowledged before

	cause   string
	planned bool // nothing had failed: the lead was handed over
	from    string
	oldTerm uint64
	began   time.Time
	noticed time.Time
	elected time.Time
	mended  time.Time // the fault was taken back before anybody was elected
	to      string
	barrier time.Duration // of the new leader, as it says itself
	kept    bool
	closed  bool
	unsaid  bool // closed, and the journal waits to learn who was elected
}

// acknowledged takes an acknowledgement and says whether it closes the matter.
// A duplicate carries the epoch in which its first copy was ordered, so it may
// come from the successor and name the old term.
func (h *handover) acknowledged(at time.Time, epoch uint64, duplicate bool) bool {
	switch {
	case epoch > h.oldTerm, duplicate && !h.elected.IsZero():
		h.First, h.Epoch, h.closed = at, max(h.Epoch, epoch), true
		if h.elected.IsZero() {
			h.elected = at // at the latest: no node was asked since
			h.missed(at)
		}
	case duplicate:
		// From either leader: it says nothing.
	case !h.mended.IsZero() && h.elected.IsZero():
		h.First, h.to, h.Epoch = at, h.from, h.oldTerm
		h.kept, h.closed = true, true
	default:
		h.Last = at
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
	if s.Lead == nil || s.Lead.ForMicros <= 0 || h.Epoch != s.Term {
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
	if term > h.oldTerm && (h.elected.IsZero() || term > h.Epoch) {
		h.elected, h.to, h.Epoch = at, node, term
		h.missed(at) // at the latest
	}
}

func (h *handover) failover(now time.Time) frame.Failover {
	f := frame.Failover{Cause: h.cause, Planned: h.planned, From: h.from, To: h.to, Term: h.Epoch, Began: h.began, Open: !h.closed, KeptTerm: h.kept}
	if !h.elected.IsZero() {
		f.Elected = h.elected.Sub(h.began)
	}
	f.Window, f.Measured = h.Length()
	if f.Open && !h.Last.IsZero() {
		f.Window, f.Measured = now.Sub(h.Last), true
	}
	notice, elect, serve, ok := h.Split(h.noticed, h.elected)
	if f.Split = ok && f.Measured && h.closed && !h.kept; f.Split {
		f.Notice, f.Elect = notice, elect
		// The election is seen late, by up to a poll, so the barrier may seem to end
		// after the first acknowledgement.
		f.Barrier = min(h.barrier, serve)
		f.FirstAck = serve - f.Barrier
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

func (hs handovers) newestFirst(now time.Time) []frame.Failover {
	var failovers []frame.Failover
	for i := len(hs) - 1; i >= 0; i-- {
		failovers = append(failovers, hs[i].failover(now))
	}
	return failovers
}
