package lab

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"lockstep/prototype/api"
	"lockstep/prototype/lab/action"
	"lockstep/prototype/lab/frame"
)

// rolledBack shows a cluster whose nodes have all lost what was behind a seq, and have
// dropped what was up to another one.
type rolledBack struct {
	Cluster
	keep, dropped atomic.Uint64 // keep is 0 for all
}

func (r *rolledBack) Read(ctx context.Context, node string, lane frame.Lane, q api.ReadRequest) (api.View, error) {
	v, err := r.Cluster.Read(ctx, node, lane, q)
	if keep := r.keep.Load(); keep > 0 && keep < v.Last {
		v.Last = keep
		for len(v.Messages) > 0 && v.Messages[len(v.Messages)-1].Seq > keep {
			v.Messages = v.Messages[:len(v.Messages)-1]
		}
	}
	if q.After < r.dropped.Load() {
		v.Messages = nil
	}
	return v, err
}

func (r *rolledBack) Digest(ctx context.Context, node string, lane frame.Lane, conversation string, upto uint64) (api.Digest, error) {
	if keep := r.keep.Load(); keep > 0 && (upto == 0 || upto > keep) {
		upto = keep
	}
	return r.Cluster.Digest(ctx, node, lane, conversation, max(upto, r.dropped.Load()))
}

// TestLab_part: when all replicas lose a part of what was folded, in whichever lane, the
// judge says how much, and also when they no longer hold the beginning.
func TestLab_part(t *testing.T) {
	for _, dropped := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			nodes := &rolledBack{}
			e := foldingBehind(t, 500, 1500, func(*Lab) {}, func(c Cluster) Cluster {
				nodes.Cluster = c
				return nodes
			})
			oldest := func() (first, second uint64) {
				e.mu.Lock()
				defer e.mu.Unlock()
				second = ^uint64(0)
				for _, lane := range frame.Lanes {
					if marks := e.record.exact.Marks(lane); len(marks) < 3 {
						return 0, 0
					} else {
						first, second = max(first, marks[0].Seq), min(second, marks[len(marks)-1].Seq)
					}
				}
				return first, second
			}
			e.until("several folds", func(frame.Frame) bool { first, last := oldest(); return first > 0 && first+20 < last })
			first, last := oldest()
			e.do(action.Action{Verb: action.Stop})
			e.until("no load", func(f frame.Frame) bool { return !f.Load.On })
			judged := func() *frame.Judgement {
				before := e.Frame().Judgement
				e.do(action.Action{Verb: action.Judge})
				return e.until("a judgement", func(f frame.Frame) bool { return f.Judgement != before }).Judgement
			}
			ends := map[frame.Lane]uint64{}
			for _, l := range judged().Lanes {
				if n := l.Report.Counts.Lost; n > 0 {
					t.Fatalf("%s lost %d before", l.Lane, n)
				}
				d, err := e.cluster.Digest(t.Context(), "n1", l.Lane, e.cfg.Conversation, 0)
				if err != nil {
					t.Fatal(err)
				}
				ends[l.Lane] = d.Seq
			}
			keep := first + (last-first)/2
			nodes.keep.Store(keep)
			if dropped {
				nodes.dropped.Store(first - 1)
			}
			for _, l := range judged().Lanes {
				if c := l.Report.Counts; uint64(c.Lost) != ends[l.Lane]-keep || c.AtLeast {
					t.Errorf("dropped %t: %s is said to have lost %d (at least: %t) of %d; it holds the first %d of %d", dropped, l.Lane, c.Lost, c.AtLeast, c.Acknowledged, keep, ends[l.Lane])
				}
			}
			for _, l := range e.Frame().Lanes[1:] {
				if !l.Findings.Exact {
					t.Errorf("%s: %+v", l.Lane, l.Findings)
				}
			}
		})
	}
}
