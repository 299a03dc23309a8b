package lab

import (
	"slices"
	"testing"
	"testing/synctest"

	"lockstep/prototype/lab/action"
	"lockstep/prototype/lab/frame"
)

// darken has all nodes go at once, when both strong lanes have something to lose.
func (e *experiment) darken() {
	e.until("load", func(f frame.Frame) bool { return f.Counts.Acknowledged > 50 && f.Lanes[1].Counts.Acknowledged > 50 })
	e.do(action.Action{Verb: action.Blackout})
	e.until("darkness", func(f frame.Frame) bool { return all(f, frame.ConditionDown) })
}

// all says whether every node is in a condition.
func all(f frame.Frame, c frame.Condition) bool {
	return !slices.ContainsFunc(f.Nodes, func(n frame.Node) bool { return n.Condition != c })
}

// TestLab_blackout: all nodes go at once, a second blackout has nobody to hit, and
// when they are back the quorum lane has everything.
func TestLab_blackout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := begin(t)
		e.darken()
		if reason := e.refused(action.Action{Verb: action.Blackout}); reason != "every node is down already" {
			t.Errorf("a second blackout: %q", reason)
		}
		e.do(action.Action{Verb: action.Heal})
		acked := e.Frame().Counts.Acknowledged
		e.until("service", func(f frame.Frame) bool { return f.Counts.Acknowledged > acked+50 })
		e.clean()
	})
}

// TestLab_blackoutJudged: whoever asks for a verdict as soon as a blackout is healed is
// told of no loss in the quorum lane, although its replicas are equally empty until they
// have read their logs.
func TestLab_blackoutJudged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := begin(t)
		e.darken()
		e.do(action.Action{Verb: action.Heal})
		e.until("all up", func(f frame.Frame) bool { return all(f, frame.ConditionUp) })
		e.do(action.Action{Verb: action.Judge})
		judged := e.until("a judgement", func(f frame.Frame) bool { return f.Judgement != nil }).Judgement
		for _, l := range judged.Lanes[:2] {
			if c := l.Report.Counts; c.Acknowledged < 50 || l.Lane == frame.LaneQuorum && c.Lost > 0 || c.Lost == c.Acknowledged {
				t.Errorf("%s: %d of %d acknowledged messages lost", l.Lane, c.Lost, c.Acknowledged)
			}
		}
	})
}
