package lab

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/check"
	"lockstep/prototype/lab/action"
	"lockstep/prototype/lab/frame"
	"lockstep/prototype/lab/scenarios"
)

// TestLab_judge: the exact judge confirms the strong lane, refutes a weak one that
// has lost messages, and can be asked again.
func TestLab_judge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := begin(t)
		e.do(action.Action{Verb: action.Play, Scenario: "cut-off"})
		if reason := e.refused(action.Action{Verb: action.Judge}); !strings.Contains(reason, "story") {
			t.Errorf("judged in the middle of a story: %q", reason)
		}
		// A story ends with a judgement, whose figures are those of its words.
		told := e.until("the end", func(f frame.Frame) bool { return f.Playing.Over })
		first := told.Judgement
		if c := first.Lanes[2].Report.Counts; c.Lost == 0 || !strings.Contains(told.Playing.Says, fmt.Sprintf("leader lost %d", c.Lost)) || !strings.Contains(told.Playing.Says, fmt.Sprintf("quorum kept all %d", first.Lanes[0].Report.Counts.Acknowledged)) {
			t.Errorf("%q of %+v", told.Playing.Says, c)
		}
		e.until("load again", func(f frame.Frame) bool { return f.Load.On })
		acked := e.Frame().Counts.Acknowledged
		e.until("more", func(f frame.Frame) bool { return f.Counts.Acknowledged > acked+100 })
		e.do(action.Action{Verb: action.Kill})
		if reason := e.refused(action.Action{Verb: action.Judge}); !strings.Contains(reason, "heal first") {
			t.Errorf("judged with a node that is down: %q", reason)
		}
		e.do(action.Action{Verb: action.Heal})
		e.until("all up", func(f frame.Frame) bool { return f.Voters == 3 && f.Leader != "" })
		e.do(action.Action{Verb: action.Judge})
		second := e.until("another judgement", func(f frame.Frame) bool { return f.Judgement != first }).Judgement
		for _, j := range []*frame.Judgement{first, second} {
			for _, l := range j.Lanes {
				want := check.Violated
				if l.Lane == frame.LaneQuorum || l.Lane == frame.LaneLazy {
					want = check.OK
				}
				if l.Report.Verdict != want {
					t.Errorf("%s: %s", l.Lane, l.Report)
				}
				if lost := l.Report.Counts.Lost; (l.Lane == frame.LaneLeader) != (lost > 0) && l.Lane != frame.LaneClock {
					t.Errorf("%s: %d lost", l.Lane, lost)
				}
				if l.Report.Counts.Replicas != 3 || l.Report.Verdicts[check.Digests] == check.Unknown {
					t.Errorf("%s: %d replicas, digests %s", l.Lane, l.Report.Counts.Replicas, l.Report.Verdicts[check.Digests])
				}
			}
		}
		if a, b := first.Lanes[0].Report.Counts.Acknowledged, second.Lanes[0].Report.Counts.Acknowledged; b < a+100 {
			t.Errorf("%d acknowledged at first, %d in the end", a, b)
		}
	})
}

// TestLab_judge_limit: beyond its limit a run is not judged, and the page is told
// why.
func TestLab_judge_limit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := begin(t)
		e.mu.Lock()
		e.record.exact.Limit = e.record.exact.Held() + 10
		e.mu.Unlock()
		acked := e.Frame().Counts.Acknowledged
		e.until("more", func(f frame.Frame) bool { return f.Counts.Acknowledged > acked+20 })
		if reason := e.refused(action.Action{Verb: action.Judge}); !strings.Contains(reason, "begin anew") {
			t.Errorf("%q", reason)
		}
		if !e.Frame().Load.On {
			t.Error("the load stopped for a judgement that there was not")
		}
	})
}

// refusing shows a cluster of which one node does not let itself be read, in the strong
// lane.
type refusing struct {
	Cluster
	node string
}

func (r refusing) Read(ctx context.Context, node string, lane frame.Lane, q api.ReadRequest) (api.View, error) {
	if node == r.node && lane == frame.LaneQuorum && q.Level == api.LevelLocal {
		return api.View{}, errors.New("it has lost what it had acknowledged")
	}
	return r.Cluster.Read(ctx, node, lane, q)
}

// TestLab_unread: after a story the others are judged if a replica cannot be read. What
// they have lost is lost; that they have all of it says nothing of that replica.
func TestLab_unread(t *testing.T) {
	for _, lose := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			nodes := &rolledBack{}
			e := beginBehind(t, time.Millisecond, func(c Cluster) Cluster {
				nodes.Cluster = c
				return refusing{nodes, "n1"}
			})
			f := e.until("load", func(f frame.Frame) bool { return f.Counts.Acknowledged > 50 })
			e.do(action.Action{Verb: action.Play, Scenario: "clean-kill"})
			if lose {
				nodes.keep.Store(f.Counts.Ordered)
			}
			f = e.until("the end", func(f frame.Frame) bool { return f.Playing.Over })
			switch j := f.Judgement; {
			case !lose && (j != nil || !f.Playing.Reached || !strings.Contains(f.Playing.Says, "the exact judge did not judge")):
				t.Errorf("nothing is lost: %+v, %s", j, f.Playing.Says)
			case lose && (j == nil || len(j.Lanes) != 1 || j.Lanes[0].Report.Verdict != check.Violated || len(j.Lanes[0].Witnesses) == 0 || !slices.Equal(j.Unread, []string{"n1"}) || f.Playing.Reached):
				t.Errorf("messages are lost: %+v, %s", j, f.Playing.Says)
			}
		})
	}
}

// TestLab_unread_cut: a node that somebody cuts off during a story has not lost what it has
// not heard of.
func TestLab_unread_cut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := begin(t)
		f := e.until("load", func(f frame.Frame) bool { return f.Leader != "" && f.Counts.Acknowledged > 50 })
		e.do(action.Action{Verb: action.Play, Scenario: "hot-room"}) // which heals nothing
		for _, n := range f.Nodes {
			if !n.Leader {
				e.do(action.Action{Verb: action.Cut, Node: n.ID})
				break
			}
		}
		f = e.until("the end", func(f frame.Frame) bool { return f.Playing.Over })
		if f.Judgement != nil || !f.Playing.Reached || !strings.Contains(f.Playing.Says, "the exact judge did not judge") {
			t.Errorf("%+v, %s", f.Judgement, f.Playing.Says)
		}
	})
}

// TestOutcome_judged: a story has not reached its goal if the exact judge found a promise
// of the strong lane broken that nobody had seen to be.
func TestOutcome_judged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := begin(t)
		e.mu.Lock()
		defer e.mu.Unlock()
		for verdict, want := range map[check.Verdict]bool{check.OK: true, check.Violated: false} {
			judged := frame.LaneJudgement{Lane: frame.LaneQuorum, Report: check.Report{Verdict: verdict}, Witnesses: []frame.Witness{{Sentence: "a read was stale."}}}
			e.record.judgement = &frame.Judgement{Lanes: []frame.LaneJudgement{judged}}
			e.record.counts.Acknowledged++
			reached, says := e.record.outcome(scenarios.Scenario{}, time.Now(), e.record.term, nil, nil)
			if reached != want || strings.Contains(says, "a read was stale") == want {
				t.Errorf("%s: reached %t, %s", verdict, reached, says)
			}
		}
	})
}
