package lab

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"lockstep/prototype/check"
	"lockstep/prototype/lab/action"
	"lockstep/prototype/lab/frame"
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
