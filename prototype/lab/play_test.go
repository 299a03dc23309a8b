package lab

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/lab/action"
	"lockstep/prototype/lab/frame"
	"lockstep/prototype/lab/scenarios"
)

// TestScenarios: each story reaches its goal, on real nodes in virtual time. The
// quorum lane keeps every acknowledgement in all of them, and the weak ones break
// theirs where the story says so.
func TestScenarios(t *testing.T) {
	for _, s := range scenarios.All() {
		t.Run(s.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := begin(t)
				e.until("lanes", func(f frame.Frame) bool {
					return !slices.ContainsFunc(f.Lanes, func(l frame.LaneView) bool { return l.Counts.Acknowledged <= 20 })
				})
				time.Sleep(3 * time.Second) // virtual time: the node is not new any more
				e.do(action.Action{Verb: action.Play, Scenario: s.Name})
				if reason := e.refused(action.Action{Verb: action.Play, Scenario: s.Name}); reason == "" {
					t.Error("two scenarios at once")
				}
				var seen []frame.LaneView
				f := e.until("the end", func(f frame.Frame) bool {
					if f.Judgement == nil {
						seen = f.Lanes
					}
					return f.Playing.Over
				})
				t.Log(f.Playing.Says)
				if !f.Playing.Reached {
					t.Errorf("the goal was missed: %s", f.Playing.Says)
				}
				if f.Judgement == nil {
					t.Fatal("not judged exactly")
				}
				for i, l := range f.Lanes {
					exact := f.Judgement.Lanes[i].Report.Counts
					told := frame.LaneFindings{Lost: uint64(exact.Lost), Moved: uint64(exact.Reordered), Duplicated: uint64(exact.Duplicated), Differ: l.Findings.Differ, Exact: l.Lane != frame.LaneQuorum && l.Counts.Acknowledged == uint64(exact.Acknowledged)}
					if l.Findings != told {
						t.Errorf("%s: the panel says %+v, and the exact judge %+v", l.Lane, l.Findings, told)
					}
					// What the lab counts as it goes is a lower bound of that.
					if v := seen[i].Findings; v.Lost > told.Lost || v.Moved > told.Moved || v.Duplicated > told.Duplicated || v.Exact {
						t.Errorf("%s: seen %+v, and the exact judge says %+v", l.Lane, v, told)
					}
				}
				for _, l := range f.Lanes {
					if l.Lane == frame.LaneQuorum && !l.Findings.Clean() {
						t.Errorf("quorum: %+v %s", l.Findings, l.Witness.Sentence)
					}
					if !l.Findings.Clean() && l.Witness.Sentence == "" {
						t.Errorf("%s: %+v without a proof", l.Lane, l.Findings)
					}
				}
				for _, r := range f.Reads {
					if (r.Level == api.LevelLinearizable || r.Level == api.LevelSession) && r.Stale > 0 {
						t.Errorf("%s: %d stale reads: %s", r.Level, r.Stale, r.Newest)
					}
				}
			})
		})
	}
}

// TestScenario_quiet: where nothing was sent, nothing was shown, and no goal reached. A
// run that is full plays no story.
func TestScenario_quiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := begin(t)
		quiet := func() (reached bool, says string) {
			e.mu.Lock()
			defer e.mu.Unlock()
			e.cfg.MaxMessages = 10
			return e.record.outcome(scenarios.Scenario{}, time.Now(), e.record.term, e.record.tallies(), errors.New("nobody has judged"))
		}
		reached, says := quiet()
		if reached || !strings.Contains(says, "no message was acknowledged") {
			t.Errorf("%v: %s", reached, says)
		}
		e.until("full", func(f frame.Frame) bool { return f.Load.Full })
		if reason := e.refused(action.Action{Verb: action.Play, Scenario: "clean-kill"}); !strings.Contains(reason, "its limit") {
			t.Errorf("a story in a full run: %q", reason)
		}
	})
}
