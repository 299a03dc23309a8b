package lab

import (
	"context"
	"fmt"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/lab/frame"
)

// probes counts reads by level.
type probes map[api.Level]*probe

type probe struct {
	frame.Reads
	series frame.Series
	seen   uint64 // newest seq that the session has seen
}

const (
	probeEvery = 200 * time.Millisecond
	probeWait  = 400 * time.Millisecond
)

// probe reads at one level, at one node after the other, while there is load.
func (l *Lab) probe(ctx context.Context, level api.Level) {
	for turn := 0; wait(ctx, probeEvery); turn++ {
		l.mu.Lock()
		on, acked, seen := l.record.load.On, l.record.audit.Newest, l.record.probes[level].seen
		ids := l.record.reachable()
		l.mu.Unlock()
		if !on || acked == 0 || len(ids) == 0 {
			continue
		}
		id := ids[turn%len(ids)]
		began := time.Now()
		request := api.ReadRequest{Conversation: l.cfg.Conversation, Level: level, After: acked - 1, Limit: 1}
		if level == api.LevelSession {
			request.MinSeq = seen
		}
		l.mu.Lock()
		op := l.record.exact.Reads(began, id, frame.LaneQuorum, request, false)
		l.mu.Unlock()
		try, cancel := context.WithTimeout(ctx, probeWait)
		reading, err := l.cluster.Read(try, id, frame.LaneQuorum, request)
		cancel()
		if ctx.Err() != nil {
			return
		}
		now := time.Now()
		l.mu.Lock()
		l.record.exact.Read(now, frame.LaneQuorum, op, reading, err)
		l.record.probes.took(now, now.Sub(began), id, level, acked, reading, err)
		l.mu.Unlock()
	}
}

func newProbes() probes {
	p := probes{}
	for _, level := range api.Levels {
		p[level] = &probe{Reads: frame.Reads{Level: level}}
	}
	return p
}

func (p probes) took(now time.Time, took time.Duration, node string, level api.Level, acked uint64, r api.View, err error) {
	x := p[level]
	switch {
	case err != nil:
		x.Refused++
		return
	case r.Last < acked && level != api.LevelSession:
		x.Stale++
		x.Newest = fmt.Sprintf("At %s %s answered with seq %d as the newest. Seq %d had been acknowledged before.", now.Format("15:04:05.0"), node, r.Last, acked)
	case r.Last < x.seen: // what a session is promised
		x.Stale++
		x.Newest = fmt.Sprintf("At %s %s answered with seq %d as the newest. The session had seen seq %d.", now.Format("15:04:05.0"), node, r.Last, x.seen)
	default:
		x.Fresh++
	}
	x.seen = max(x.seen, r.Last)
	x.series.Add(now, took)
}

func (p probes) frames(now time.Time) (frames []frame.Reads) {
	for _, level := range api.Levels {
		if x := p[level]; x != nil {
			f := x.Reads
			_, f.P50, _, _ = x.series.Read(now)
			frames = append(frames, f)
		}
	}
	return frames
}
