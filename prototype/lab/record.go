package lab

import (
	"fmt"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/cluster"
	"lockstep/prototype/history"
	"lockstep/prototype/lab/frame"
	"lockstep/prototype/lab/judging"
)

// record is all that a lab knows. Its methods take what happened and when; they
// start nothing, wait for nothing and read no clock.
type record struct {
	shard   int
	nodes   []*observed // in the cluster's order
	leader  string      // the newest leader of the shard that was seen
	term    uint64      // its term
	windows history.Windows

	load      frame.Load
	setting   frame.Setting // of all nodes, wanted
	counts    frame.Counts
	series    frame.Series
	strip     frame.Strip
	audit     *judging.Audit
	exact     *judging.Exact
	judgement *frame.Judgement
	weak      []*judging.Weak
	probes    probes
	playing   frame.Playing
	chaos     bool
	bands     []frame.Band // oldest first
	trouble   time.Time    // when a fault was last in force
	journal   journal
	handovers handovers
	unchecked *handover // closed, and what was acknowledged before it is still to be read back
	mustSee   uint64    // the seq up to which that goes
	noQuorum  bool
	quiet     bool // the load stops for a moment, which is nobody's doing
}

// observed is one node as the record has it.
type observed struct {
	member   cluster.Member
	status   api.Status
	heard    time.Time // the last answer
	misses   int       // questions without an answer since then
	stale    bool      // the status is from before the node was stopped
	cut      bool
	ails     []string      // what else is broken, in words
	setting  frame.Setting // in force at the node
	striking bool          // an action is under way, and what becomes of the process is its to tell
	replica  replica
	returned time.Time // when it came back and began to catch up; zero if it has
	target   uint64    // index that it has to reach; 0 until known
}

// maxMisses is how many questions in a row may stay without an answer before a
// node counts as silent.
const maxMisses = 3

func (r *record) node(id string) *observed {
	for _, n := range r.nodes {
		if n.member.ID == id {
			return n
		}
	}
	return nil
}

// reachable lists the nodes that answer their clients.
func (r *record) reachable() (ids []string) {
	for _, n := range r.nodes {
		if n.condition().Reachable() {
			ids = append(ids, n.member.ID)
		}
	}
	return ids
}

// shardStatus is the status of the shard that the lab looks at.
func (n *observed) shardStatus(shard int) (api.ShardStatus, bool) {
	if shard >= len(n.status.Shards) {
		return api.ShardStatus{}, false
	}
	return n.status.Shards[shard], true
}

func (n *observed) condition() frame.Condition {
	switch {
	case n.member.State == cluster.Down:
		return frame.ConditionDown
	case n.member.State == cluster.Paused:
		return frame.ConditionPaused
	case n.member.State == cluster.Starting:
		return frame.ConditionStarting
	case n.heard.IsZero():
		return frame.ConditionStarting
	case n.misses >= maxMisses:
		return frame.ConditionSilent
	case n.cut:
		return frame.ConditionCut
	}
	return frame.ConditionUp
}

// well says whether a node runs, answers, and has nothing that is broken.
func (n *observed) well() bool { return n.condition() == frame.ConditionUp && len(n.ails) == 0 }

// members takes the list of processes as it is now.
func (r *record) members(now time.Time, members []cluster.Member) {
	for _, m := range members {
		n := r.node(m.ID)
		if n == nil {
			r.nodes = append(r.nodes, &observed{member: m})
			continue
		}
		if n.striking || n.member == m {
			continue
		}
		old := n.member
		replaced := old.PID != 0 && m.PID != 0 && old.PID != m.PID
		if old.State != cluster.Down && (m.State == cluster.Down || replaced) {
			// Whatever the lab does itself is in the record before it happens.
			r.journal.add(now, frame.ToneFault, true, "%s%s ended%s; this page did not do it", old.ID, r.duty(old.ID), pid(old))
			r.stop(now, n, cluster.Down, old.ID+" ended")
		}
		if n.member.State == cluster.Down && m.State != cluster.Down {
			n.cut, n.ails, n.returned, n.target = false, nil, now, 0
			r.journal.add(now, frame.ToneNote, false, "%s starts again%s", m.ID, pid(m))
		}
		n.member = m
	}
}

func pid(m cluster.Member) string {
	if m.PID == 0 {
		return ""
	}
	return fmt.Sprintf(" (pid %d)", m.PID)
}

// duty says what a node is, for the journal.
func (r *record) duty(id string) string {
	if r.leading() == id {
		return fmt.Sprintf(" (leader of shard %d)", r.shard)
	}
	return ""
}

// leading is the node that leads the shard as far as one can know now, or "".
func (r *record) leading() string {
	n := r.node(r.leader)
	if n == nil || n.member.State != cluster.Running || n.stale {
		return ""
	}
	if s, ok := n.shardStatus(r.shard); !ok || s.Role != "leader" || s.Term != r.term {
		return ""
	}
	return r.leader
}

// stop: a node is down or frozen. If it led, a handover begins.
func (r *record) stop(at time.Time, n *observed, state cluster.State, cause string) {
	r.begin(at, n, cause, false)
	n.member.State, n.stale = state, true
	if state == cluster.Down {
		n.cut, n.ails, n.setting = false, nil, frame.Setting{}
	}
}

// begin opens a handover if the node leads.
func (r *record) begin(at time.Time, n *observed, cause string, planned bool) {
	if r.leading() != n.member.ID {
		return
	}
	h := r.handovers.begin(&handover{cause: cause, planned: planned, from: n.member.ID, oldTerm: r.term, began: at})
	if r.load.On && r.windows.Epoch == r.term && at.Sub(r.windows.Last) < 2*time.Second {
		h.Last = r.windows.Last
	}
}

// heard takes a node's status.
func (r *record) heard(now time.Time, id string, status api.Status) {
	n := r.node(id)
	if n == nil || n.member.State == cluster.Down || n.member.State == cluster.Paused {
		return // the answer was under way when the node was stopped
	}
	n.status, n.heard, n.misses, n.stale = status, now, 0, false
	s, ok := n.shardStatus(r.shard)
	if !ok {
		return
	}
	open := r.handovers.open()
	if open != nil && id != open.from && (s.Leader == "" || s.Role == "candidate") {
		open.missed(now)
	}
	if s.Role == "leader" && s.Term > r.term {
		r.elected(now, n, s)
	}
	if h := r.handovers.newest(); h != nil && h.to == id && s.Role == "leader" {
		h.says(now, s)
	}
	r.catchUp(now, n, s)
}

// elected takes the news that a node leads in a term that is new to us. The
// senders may have noticed before: the first acknowledgement can be quicker
// than the next question to the node.
func (r *record) elected(now time.Time, n *observed, s api.ShardStatus) {
	id, h := n.member.ID, r.handovers.newest()
	switch {
	case h != nil && !h.closed:
		h.wonBy(now, id, s.Term)
		r.journal.add(now, frame.ToneGood, true, "%s elected in term %d after %s", id, s.Term, frame.Millis(h.elected.Sub(h.began)))
	case h != nil && h.to == "" && h.Epoch == s.Term:
		h.to = id
		r.journal.add(now, frame.ToneGood, true, "%s elected in term %d after at most %s", id, s.Term, frame.Millis(h.elected.Sub(h.began)))
		r.say(now, h)
	case r.leader == "":
		r.journal.add(now, frame.ToneGood, false, "%s leads shard %d in term %d", id, r.shard, s.Term)
	default:
		h := r.handovers.begin(&handover{from: r.leader, oldTerm: r.term, began: now})
		if h.planned = r.handedOver(s); h.planned {
			h.cause = r.leader + " handed over"
			r.journal.add(now, frame.ToneNote, true, "%s took the lead over from %s in term %d, as planned: nothing had failed", id, r.leader, s.Term)
		} else {
			h.cause = r.leader + " lost the lead without a click"
			r.journal.add(now, frame.ToneNote, true, "%s elected in term %d; %s had lost the lead without a fault from this page", id, s.Term, r.leader)
		}
		h.wonBy(now, id, s.Term)
		switch {
		case r.windows.Epoch >= s.Term:
			if all := r.windows.All; len(all) > 0 {
				h.Last, h.First = all[len(all)-1].Last, all[len(all)-1].First
			}
			h.began, h.closed = h.Last, true
			r.close(h)
			r.say(now, h)
		case r.load.On:
			h.began, h.Last = r.windows.Last, r.windows.Last
		}
	}
	r.leader, r.term = id, s.Term
}

// handedOver says whether a leader was asked to lead by the one before it: it did not
// campaign by itself, and the other one is well.
func (r *record) handedOver(s api.ShardStatus) bool {
	before := r.node(r.leader)
	return s.Lead != nil && s.Lead.ElectionMicros == 0 && before != nil && before.well()
}

// settle closes a handover that no acknowledgement will close, as no load runs.
func (r *record) settle(now time.Time) {
	h := r.handovers.open()
	if h == nil || r.load.On {
		return
	}
	switch {
	case !h.elected.IsZero() && now.Sub(h.elected) > time.Second:
		h.closed = true
	case !h.mended.IsZero() && r.leading() == h.from && now.Sub(h.mended) > time.Second:
		h.closed, h.kept = true, true
		r.journal.add(now, frame.ToneGood, true, "%s still leads in term %d", h.from, h.oldTerm)
	}
}

// catchUp notes when a node that came back has what the leader had then.
func (r *record) catchUp(now time.Time, n *observed, s api.ShardStatus) {
	if n.returned.IsZero() {
		return
	}
	if leader := r.node(r.leading()); n.target == 0 && leader != nil {
		n.target = max(1, leader.status.Shards[r.shard].CommitIndex)
	}
	if n.target > 0 && s.AppliedIndex >= n.target && s.Leader != "" {
		r.journal.add(now, frame.ToneGood, false, "%s is back as %s and has caught up after %s", n.member.ID, s.Role, frame.Millis(now.Sub(n.returned)))
		n.returned = time.Time{}
	}
}

// silent: a node did not answer.
func (r *record) silent(id string) {
	if n := r.node(id); n != nil {
		n.misses++
	}
}

// shown takes what a replica has, from the seq at which its cursor stood.
func (r *record) shown(id string, reading api.View) {
	n := r.node(id)
	for _, m := range reading.Messages {
		agrees := r.audit.Show(id, m)
		n.replica.show(m, agrees)
	}
	if k := len(reading.Messages); k > 0 {
		n.replica.last = reading.Messages[k-1].Seq
	} else {
		n.replica.last = reading.Last // less than before if the node starts over
	}
}
