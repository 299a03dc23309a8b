package lab

import (
	"testing"
	"testing/synctest"
	"time"

	"lockstep/prototype/lab/action"
	"lockstep/prototype/lab/frame"
)

// TestLab_chaos: a minute of it, and the strong lane has kept every
// acknowledgement.
func TestLab_chaos(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := begin(t)
		e.do(action.Action{Verb: action.Chaos})
		if reason := e.refused(action.Action{Verb: action.Play, Scenario: "cut-off"}); reason == "" {
			t.Error("a story beside chaos")
		}
		before := e.Frame().Term
		time.Sleep(time.Minute)
		e.do(action.Action{Verb: action.Chaos})
		time.Sleep(5 * time.Second)
		if err := e.Do(t.Context(), action.Action{Verb: action.Heal}); err != nil {
			t.Log(err) // nothing is broken
		}
		f := e.until("all nodes", func(f frame.Frame) bool { return f.Leader != "" && f.Voters == 3 })
		if f.Term < before+3 {
			t.Errorf("the term went from %d to %d: little was broken", before, f.Term)
		}
		e.clean()
	})
}
