package lab

import (
	"time"

	"lockstep/prototype/api"
)

// answered takes what an attempt to send came to. due is when the message was
// to be sent, and doubtful says that an earlier attempt with its id ended
// unknown.
func (r *record) answered(now, due time.Time, m api.Message, doubtful bool, a Answer) {
	r.strip.count(now, a.Outcome)
	if !r.counts.add(a, doubtful) {
		return
	}
	r.series.add(now, now.Sub(due))
	r.audit.acknowledge(m.ID, a.Seq)
	if h := r.handovers.open(); h != nil && h.acknowledged(now, a.Epoch, a.Duplicate) {
		r.close(h)
		if h.to != "" {
			r.say(now, h)
		}
	}
	r.windows.Acknowledged(now, a.Epoch, a.Duplicate)
}

// add counts what an attempt came to, and says whether it was acknowledged.
func (c *Counts) add(a Answer, doubtful bool) bool {
	switch a.Outcome {
	case api.Fail:
		c.Refused++
		return false
	case api.Unknown:
		c.Unknown++
		return false
	}
	c.Acknowledged++
	if doubtful {
		c.Resolved++
	}
	if a.Duplicate {
		c.Suppressed++
	}
	return true
}

// close ends a handover. What was acknowledged before it must still be read
// back before anybody may say that nothing was lost.
func (r *record) close(h *handover) {
	h.unsaid = true
	r.unchecked, r.mustSee = h, r.audit.newest
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
		r.journal.add(now, ToneGood, true, "%s answers again in term %d after %s; nobody else was elected", h.from, h.oldTerm, millis(window))
	case measured:
		r.journal.add(now, ToneGood, true, "first write acknowledged after %s", millis(window))
	default:
		r.journal.add(now, ToneGood, false, "writes are acknowledged again; nothing was sent before, so there is no window")
	}
}

// readBack takes a linearizable reading that began when ackedBefore was the
// newest seq acknowledged.
func (r *record) readBack(now time.Time, ackedBefore uint64, reading api.View) {
	before := r.audit.findings
	r.audit.readBack(ackedBefore, reading)
	r.counts.Ordered = max(r.counts.Ordered, r.audit.end())
	v := r.audit.findings
	if v.Clean() != before.Clean() {
		r.journal.add(now, ToneBad, true, "the order is broken: %d lost, %d duplicated, %d reordered, %d that differ between replicas", v.Lost, v.Duplicated, v.Reordered, v.Diverged)
	}
	if h := r.unchecked; h != nil && ackedBefore >= r.mustSee && r.audit.end() >= r.mustSee {
		r.unchecked = nil
		r.say(now, h)
		tone := ToneGood
		if !v.Clean() {
			tone = ToneBad
		}
		r.journal.add(now, tone, true, "read back up to seq %d: %d acknowledged messages lost", r.audit.end(), v.Lost)
	}
}

// voters is how many nodes can take part in an election or a commit.
func (r *record) voters() int {
	voters := 0
	for _, n := range r.nodes {
		if n.condition() == ConditionUp {
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
		if c := n.condition(); c == ConditionUp || c == ConditionSilent {
			reachable++
		}
	}
	switch lost := reachable < r.quorum(); {
	case lost && !r.noQuorum:
		r.noQuorum = true
		r.journal.add(now, ToneBad, true, "no majority: %d of %d nodes can vote; sends are refused until another is back", reachable, len(r.nodes))
	case !lost && r.noQuorum:
		r.noQuorum = false
		r.journal.add(now, ToneNote, true, "a majority of nodes is there again")
	}
}

// switchLoad notes that the senders begin or end.
func (r *record) switchLoad(now time.Time, on bool, rate int) {
	quiet := r.quiet
	r.quiet = quiet && !on
	if on != r.load.On && !quiet {
		if on {
			r.journal.add(now, ToneNote, false, "load on: %d messages a second are due", rate)
		} else {
			r.journal.add(now, ToneNote, false, "load off")
		}
	}
	r.load.On, r.load.Rate = on, rate
	r.strip.load(now, on, rate)
	for _, w := range r.weak {
		w.strip.load(now, on, rate)
	}
}
