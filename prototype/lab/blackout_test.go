package lab

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/prototype/api"
)

// darken has all nodes go at once, when both strong lanes have something to lose.
func (e *experiment) darken() {
	e.until("load", func(f Frame) bool { return f.Counts.Acknowledged > 50 && f.Lanes[1].Counts.Acknowledged > 50 })
	e.do(Action{Verb: Blackout})
	e.until("darkness", func(f Frame) bool { return all(f, ConditionDown) })
}

// all says whether every node is in a condition.
func all(f Frame, c Condition) bool {
	return !slices.ContainsFunc(f.Nodes, func(n Node) bool { return n.Condition != c })
}

// TestLab_blackout: all nodes go at once, a second blackout has nobody to hit, and
// when they are back the quorum lane has everything.
func TestLab_blackout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := begin(t)
		e.darken()
		if reason := e.refused(Action{Verb: Blackout}); reason != "every node is down already" {
			t.Errorf("a second blackout: %q", reason)
		}
		e.do(Action{Verb: Heal})
		acked := e.Frame().Counts.Acknowledged
		e.until("service", func(f Frame) bool { return f.Counts.Acknowledged > acked+50 })
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
		e.do(Action{Verb: Heal})
		e.until("all up", func(f Frame) bool { return all(f, ConditionUp) })
		e.do(Action{Verb: JudgeRun})
		judged := e.until("a judgement", func(f Frame) bool { return f.Judgement != nil }).Judgement
		for _, l := range judged.Lanes[:2] {
			if c := l.Report.Counts; c.Acknowledged < 50 || l.Lane == LaneQuorum && c.Lost > 0 || c.Lost == c.Acknowledged {
				t.Errorf("%s: %d of %d acknowledged messages lost", l.Lane, c.Lost, c.Acknowledged)
			}
		}
	})
}

// TestWeak_lazy: a message of the lazy lane is held against the leader of the lane.
// While nobody is known to lead it, nobody is accused, and nobody acquitted.
func TestWeak_lazy(t *testing.T) {
	w := newWeak(LaneLazy, time.Time{})
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	w.answered(now, now, api.Message{ID: "a-1", Sender: "a", Body: "a 1"}, false, Answer{Outcome: api.OK, Ack: api.Ack{Seq: 1}})
	now = now.Add(time.Minute)
	w.shown(now, "n1", 0, nil)
	w.shown(now, "n2", 0, nil)
	for _, step := range []struct {
		reference string
		lost      uint64
	}{{"", 0}, {"n1", 1}, {"", 1}} {
		if w.judge(now, step.reference, true); w.findings.Lost != step.lost {
			t.Errorf("leader %q: %d lost, want %d", step.reference, w.findings.Lost, step.lost)
		}
	}
	w.shown(now, "n1", 0, []api.Placed{{Seq: 1, ID: "a-1"}})
	if w.judge(now, "n1", true); w.findings.Lost != 0 {
		t.Errorf("the leader has it, and %d are lost", w.findings.Lost)
	}
}
