package lab

import (
	"time"

	"lockstep/prototype/cluster"
	"lockstep/prototype/lab/frame"
	"lockstep/prototype/lab/judging"
)

// strong is the quorum lane in the form that the weak ones have.
func (r *record) strong(now time.Time, f frame.Frame) frame.LaneView {
	v := r.audit.Findings
	l := frame.LaneView{Lane: frame.LaneQuorum, Counts: r.counts, Seconds: f.Seconds, Strip: f.Strip, P50: f.P50, P99: f.P99,
		Findings: frame.LaneFindings{Lost: v.Lost + v.Holes, Duplicated: v.Duplicated, Moved: v.Reordered + v.Diverged, Differ: v.Diverged}}
	if r.judgement != nil {
		l.Witness = r.judgement.Lanes[0].Worst()
	}
	for _, n := range seats(r.nodes) {
		c := frame.Chat{Node: n.member.ID, Fresh: n.condition().Reachable()}
		row := n.replica.row(max(n.replica.last, frame.ChatLines) - frame.ChatLines + 1)
		for _, cell := range row[:frame.ChatLines] {
			if !cell.Have {
				continue
			}
			line := frame.Line{Seq: cell.Seq, Sender: cell.Message.Sender, Body: cell.Message.Body}
			if cell.Differs {
				line.Mark = frame.Differs
			}
			c.Lines = append(c.Lines, line)
		}
		l.Members = append(l.Members, c)
	}
	return l
}

// lanes are all of them, in the order of [frame.Lanes].
func (r *record) lanes(now time.Time, f frame.Frame) []frame.LaneView {
	frames := []frame.LaneView{r.strong(now, f)}
	for _, w := range r.weak {
		f := w.View(now)
		for _, n := range seats(r.nodes) {
			f.Members = append(f.Members, w.Chat(n.member.ID, n.condition().Reachable()))
		}
		frames = append(frames, f)
	}
	return frames
}

// seats are the nodes at which the two members sit.
func seats(nodes []*observed) []*observed {
	if len(nodes) < 2 {
		return nodes
	}
	return []*observed{nodes[0], nodes[len(nodes)-1]}
}

// lane is the record of a weak lane.
func (r *record) lane(name frame.Lane) *judging.Weak {
	for _, w := range r.weak {
		if w.Lane == name {
			return w
		}
	}
	return nil
}

// leads is the node whose view of a weak lane counts, as far as one can know now, or
// "". The leader lane goes with the shard; the lazy lane is a group of its own, and
// its leader is the one of the newest term that any node knows.
func (r *record) leads(lane frame.Lane) (leader string) {
	if lane != frame.LaneLazy {
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
		if n.condition() != frame.ConditionUp || len(n.ails) > 0 {
			r.trouble = now
		}
	}
	return now.Sub(r.trouble) < quietFor
}
