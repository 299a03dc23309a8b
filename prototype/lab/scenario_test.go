package lab

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/prototype/api"
)

// TestScenarios: each story reaches its goal, on real nodes in virtual time. The
// quorum lane keeps every acknowledgement in all of them, and the weak ones break
// theirs where the story says so.
func TestScenarios(t *testing.T) {
	for _, s := range Scenarios() {
		t.Run(s.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := begin(t)
				e.until("lanes", func(f Frame) bool {
					return !slices.ContainsFunc(f.Lanes, func(l LaneFrame) bool { return l.Counts.Acknowledged <= 20 })
				})
				time.Sleep(3 * time.Second) // virtual time: the node is not new any more
				e.do(Action{Verb: Play, Scenario: s.Name})
				if reason := e.refused(Action{Verb: Play, Scenario: s.Name}); reason == "" {
					t.Error("two scenarios at once")
				}
				f := e.until("the end", func(f Frame) bool { return f.Playing.Over })
				t.Log(f.Playing.Says)
				if !f.Playing.Reached {
					t.Errorf("the goal was missed: %s", f.Playing.Says)
				}
				for _, l := range f.Lanes {
					if l.Lane == LaneQuorum && !l.Findings.Clean() {
						t.Errorf("quorum: %+v %s", l.Findings, l.Witness)
					}
					if !l.Findings.Clean() && l.Witness == "" {
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
