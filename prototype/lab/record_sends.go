package lab

import (
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/lab/frame"
	"lockstep/prototype/lab/judging"
)

// answered takes what an attempt to send came to. due is when the message was
// to be sent, and doubtful says that an earlier attempt with its id ended
// unknown.
func (r *record) answered(now, due time.Time, m api.Message, doubtful bool, a judging.Answer) {
	r.strip.Count(now, a.Outcome)
	if !r.counts.Add(a.Outcome, a.Duplicate, doubtful) {
		return
	}
	r.series.Add(now, now.Sub(due))
	r.audit.Acknowledge(m.ID, a.Seq)
	if h := r.handovers.open(); h != nil && h.acknowledged(now, a.Epoch, a.Duplicate) {
		r.close(h)
		if h.to != "" {
			r.say(now, h)
		}
	}
	r.windows.Acknowledged(now, a.Epoch, a.Duplicate)
}

// close ends a handover. What was acknowledged before it must still be read
// back before anybody may say that nothing was lost.
func (r *record) close(h *handover) {
	h.unsaid = true
	r.unchecked, r.mustSee = h, r.audit.Newest
}

// say tells what a handover came to, once.
func (r *record) say(now time.Time, h *handover) {
	if !h.unsaid {
		return
	}
	h.unsaid = false
	window, measured := h.Length()
	switch {
	case h.kept && measured:
		r.journal.add(now, frame.ToneGood, true, "%s answers again in term %d after %s; nobody else was elected", h.from, h.oldTerm, frame.Millis(window))
	case measured:
		r.journal.add(now, frame.ToneGood, true, "first write acknowledged after %s", frame.Millis(window))
	default:
		r.journal.add(now, frame.ToneGood, false, "writes are acknowledged again; nothing was sent before, so there is no window")
	}
}

// readBack takes a linearizable reading that began when ackedBefore was the
// newest seq acknowledged.
func (r *record) readBack(now time.Time, ackedBefore uint64, reading api.View) {
	before := r.audit.Findings
	r.audit.ReadBack(ackedBefore, reading)
	r.counts.Ordered = max(r.counts.Ordered, r.audit.End())
	v := r.audit.Findings
	if v.Clean() != before.Clean() {
		r.journal.add(now, frame.ToneBad, true, "the order is broken: %d lost, %d duplicated, %d reordered, %d that differ between replicas", v.Lost, v.Duplicated, v.Reordered, v.Diverged)
	}
	if h := r.unchecked; h != nil && ackedBefore >= r.mustSee && r.audit.End() >= r.mustSee {
		r.unchecked = nil
		r.say(now, h)
		tone := frame.ToneGood
		if !v.Clean() {
			tone = frame.ToneBad
		}
		r.journal.add(now, tone, true, "read back up to seq %d: %d acknowledged messages lost", r.audit.End(), v.Lost)
	}
}

// voters is how many nodes can take part in an election or a commit.
func (r *record) voters() int {
	voters := 0
	for _, n := range r.nodes {
		if n.condition() == frame.ConditionUp {
			voters++
		}
	}
	return voters
}

func (r *record) quorum() int { return len(r.nodes)/2 + 1 }

// watchQuorum notes when a majority is gone, and when it is back.
func (r *record) watchQuorum(now time.Time) {
	if r.leader == "" {
		return // still on its way up for the first time
	}
	reachable := 0
	for _, n := range r.nodes {
		if c := n.condition(); c == frame.ConditionUp || c == frame.ConditionSilent {
			reachable++
		}
	}
	switch lost := reachable < r.quorum(); {
	case lost && !r.noQuorum:
		r.noQuorum = true
		r.journal.add(now, frame.ToneBad, true, "no majority: %d of %d nodes can vote; sends are refused until another is back", reachable, len(r.nodes))
	case !lost && r.noQuorum:
		r.noQuorum = false
		r.journal.add(now, frame.ToneNote, true, "a majority of nodes is there again")
	}
}

// switchLoad notes that the senders begin or end.
func (r *record) switchLoad(now time.Time, on bool, rate int) {
	quiet := r.quiet
	r.quiet = quiet && !on
	if on != r.load.On && !quiet {
		if on {
			r.journal.add(now, frame.ToneNote, false, "load on: %d messages a second are due", rate)
		} else {
			r.journal.add(now, frame.ToneNote, false, "load off")
		}
	}
	r.load.On, r.load.Rate = on, rate
	r.strip.Load(now, on, rate)
	for _, w := range r.weak {
		w.Load(now, on, rate)
	}
}
