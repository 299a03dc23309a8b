package lab

import (
	"time"

	"lockstep/prototype/cluster"
)

// strong is the quorum lane in the form that the weak ones have.
func (r *record) strong(now time.Time, f Frame) LaneFrame {
	v := r.audit.findings
	l := LaneFrame{Lane: LaneQuorum, Counts: r.counts, Seconds: f.Seconds, Strip: f.Strip, P50: f.P50, P99: f.P99,
		Findings: LaneFindings{Lost: v.Lost + v.Holes, Duplicated: v.Duplicated, Moved: v.Reordered + v.Diverged, Differ: v.Diverged}}
	if r.judgement != nil {
		l.Witness = r.judgement.Lanes[0].worst()
	}
	for _, n := range seats(r.nodes) {
		c := Chat{Node: n.member.ID, Fresh: n.condition().Reachable()}
		row := n.replica.row(max(n.replica.last, ChatLines) - ChatLines + 1)
		for _, cell := range row[:ChatLines] {
			if !cell.Have {
				continue
			}
			line := Line{Seq: cell.Seq, Sender: cell.Message.Sender, Body: cell.Message.Body}
			if cell.Differs {
				line.Mark = Differs
			}
			c.Lines = append(c.Lines, line)
		}
		l.Members = append(l.Members, c)
	}
	return l
}

// lanes are all of them, in the order of [Lanes].
func (r *record) lanes(now time.Time, f Frame) []LaneFrame {
	frames := []LaneFrame{r.strong(now, f)}
	for _, w := range r.weak {
		frames = append(frames, w.frame(now, r.nodes))
	}
	return frames
}

// lane is the record of a weak lane.
func (r *record) lane(name Lane) *weak {
	for _, w := range r.weak {
		if w.lane == name {
			return w
		}
	}
	return nil
}

// leads is the node whose view of a weak lane counts, as far as one can know now, or
// "". The leader lane goes with the shard; the lazy lane is a group of its own, and
// its leader is the one of the newest term that any node knows.
func (r *record) leads(lane Lane) (leader string) {
	if lane != LaneLazy {
		return r.leading()
	}
	newest := uint64(0)
	for _, n := range r.nodes {
		s := n.status.Lazy
		if s == nil {
			continue
		}
		if s.Term > newest {
			newest, leader = s.Term, ""
		}
		if s.Role == "leader" && s.Term == newest && n.member.State == cluster.Running && !n.stale {
			leader = n.member.ID
		}
	}
	return leader
}

// quietFor is how long no fault may have been in force for a message that is
// nowhere to count as lost.
const quietFor = time.Second

// troubled notes whether a fault is in force.
func (r *record) troubled(now time.Time) bool {
	for _, n := range r.nodes {
		if n.condition() != ConditionUp || len(n.ails) > 0 {
			r.trouble = now
		}
	}
	return now.Sub(r.trouble) < quietFor
}
