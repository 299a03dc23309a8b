package lab

import (
	"context"
	"fmt"
	"time"

	"lockstep/prototype/api"
)

// ReadFrame is what became of the reads of one level. Each asks the nodes in turn
// for what is newest, and is stale if it misses a message that had been
// acknowledged before it began.
type ReadFrame struct {
	Level   api.Level
	Fresh   uint64
	Stale   uint64
	Refused uint64
	Newest  string // the newest stale read, as a sentence; "" if there was none
	P50     time.Duration
}

// probes counts reads by level.
type probes map[api.Level]*probe

type probe struct {
	ReadFrame
	series series
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
		on, acked, seen := l.record.load.On, l.record.audit.newest, l.record.probes[level].seen
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
		op := l.record.exact.reads(began, id, LaneQuorum, request, false)
		l.mu.Unlock()
		try, cancel := context.WithTimeout(ctx, probeWait)
		reading, err := l.cluster.Read(try, id, LaneQuorum, request)
		cancel()
		if ctx.Err() != nil {
			return
		}
		now := time.Now()
		l.mu.Lock()
		l.record.exact.read(now, LaneQuorum, op, reading, err)
		l.record.probes.took(now, now.Sub(began), id, level, acked, reading, err)
		l.mu.Unlock()
	}
}

func newProbes() probes {
	p := probes{}
	for _, level := range api.Levels {
		p[level] = &probe{ReadFrame: ReadFrame{Level: level}}
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
	x.series.add(now, took)
}

func (p probes) frames(now time.Time) (frames []ReadFrame) {
	for _, level := range api.Levels {
		if x := p[level]; x != nil {
			f := x.ReadFrame
			_, f.P50, _, _ = x.series.read(now)
			frames = append(frames, f)
		}
	}
	return frames
}
