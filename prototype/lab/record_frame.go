package lab

import (
	"slices"
	"time"

	"lockstep/prototype/lab/frame"
)

// frame is the record as it stands.
func (r *record) frame(now time.Time) frame.Frame {
	f := frame.Frame{
		Time: now, Phase: frame.PhaseRunning, Shard: r.shard, Leader: r.leading(),
		Quorum: r.quorum(), Voters: r.voters(),
		Load: r.load, Setting: r.setting, Counts: r.counts, Findings: r.audit.Findings,
		Failovers: r.handovers.newestFirst(now), Events: r.journal.newestFirst(),
	}
	v := r.audit.Findings
	r.series.Found(now, v.Lost+v.Holes, v.Reordered+v.Diverged)
	f.Seconds, f.P50, f.P99, f.Load.Acked = r.series.Read(now)
	f.Strip, f.StripFrom = r.strip.Spans(now)
	newest := uint64(0)
	for _, n := range r.nodes {
		s, known := n.shardStatus(r.shard)
		if n.condition().Reachable() {
			newest = max(newest, n.replica.last)
		}
		f.Term = max(f.Term, s.Term)
		shown := frame.Node{Member: n.member, Condition: n.condition(), Leader: f.Leader == n.member.ID,
			Shard: s, Known: known && !n.heard.IsZero(), Last: n.replica.last, Ails: n.ails, Returning: !n.returned.IsZero()}
		if !n.heard.IsZero() {
			shown.Age = now.Sub(n.heard)
		}
		f.Nodes = append(f.Nodes, shown)
	}
	f.Shards = r.shards()
	f.Tail = r.tail(newest)
	f.Lanes = r.lanes(now, f)
	f.Playing = r.playing
	f.Judgement = r.judgement
	f.Chaos = r.chaos
	f.Bands = slices.Clone(r.bands)
	f.Reads = r.probes.frames(now)
	return f
}

// tail aligns the newest messages of all replicas by seq.
func (r *record) tail(newest uint64) frame.Tail {
	t := frame.Tail{From: 1}
	if newest > frame.Columns {
		t.From = newest - frame.Columns + 1
	}
	for _, n := range r.nodes {
		t.Rows = append(t.Rows, frame.TailRow{Node: n.member.ID, Fresh: n.condition().Reachable(), Cells: n.replica.row(t.From)})
	}
	return t
}

// shards is every shard over all nodes. A node that does not answer leads
// nothing, whatever it said last.
func (r *record) shards() []frame.Shard {
	count := 0
	for _, n := range r.nodes {
		count = max(count, len(n.status.Shards))
	}
	shards := make([]frame.Shard, count)
	for i := range shards {
		shards[i] = frame.Shard{Number: i, Roles: make([]string, len(r.nodes))}
		for j, n := range r.nodes {
			s, ok := n.shardStatus(i)
			if !ok || !slices.Contains([]frame.Condition{frame.ConditionUp, frame.ConditionCut}, n.condition()) {
				continue
			}
			shards[i].Roles[j] = s.Role
			if s.Role == "leader" && s.Term >= shards[i].Term {
				shards[i].Leader = n.member.ID
			}
			shards[i].Term = max(shards[i].Term, s.Term)
		}
	}
	return shards
}
