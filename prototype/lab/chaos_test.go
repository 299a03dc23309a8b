package lab

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestLab_chaos: a minute of it, and the strong lane has kept every
// acknowledgement.
func TestLab_chaos(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := begin(t)
		e.do(Action{Verb: Chaos})
		if reason := e.refused(Action{Verb: Play, Scenario: "cut-off"}); reason == "" {
			t.Error("a story beside chaos")
		}
		before := e.Frame().Term
		time.Sleep(time.Minute)
		e.do(Action{Verb: Chaos})
		time.Sleep(5 * time.Second)
		if err := e.Do(t.Context(), Action{Verb: Heal}); err != nil {
			t.Log(err) // nothing is broken
		}
		f := e.until("all nodes", func(f Frame) bool { return f.Leader != "" && f.Voters == 3 })
		if f.Term < before+3 {
			t.Errorf("the term went from %d to %d: little was broken", before, f.Term)
		}
		e.clean()
	})
}
