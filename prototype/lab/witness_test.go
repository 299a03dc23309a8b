package lab

import (
	"strings"
	"testing"
	"testing/synctest"

	"lockstep/prototype/lab/action"
	"lockstep/prototype/lab/frame"
)

// TestWitness_run: in a run that loses messages, the lane's counts and the exact judge
// name a message by what a chat showed, and a moment of that run.
func TestWitness_run(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := begin(t)
		shown := map[uint64]map[string]bool{}
		var counted frame.Witness
		e.do(action.Action{Verb: action.Play, Scenario: "cut-off"})
		f := e.until("the end", func(f frame.Frame) bool {
			l := f.Lanes[2]
			if f.Judgement == nil && counted.Sentence == "" {
				counted = l.Witness
			}
			for _, c := range l.Members {
				for _, line := range c.Lines {
					if shown[line.Seq] == nil {
						shown[line.Seq] = map[string]bool{}
					}
					shown[line.Seq][line.Body] = true
				}
			}
			return f.Playing.Over
		})
		for name, w := range map[string]frame.Witness{"counts": counted, "lane": f.Lanes[2].Witness, "exact judge": f.Judgement.Lanes[2].Worst()} {
			m := w.Message
			if !w.Lost || !strings.HasPrefix(w.Sentence, m.Sender+"’s “"+m.Body+"” had its ok as message ") || strings.Contains(w.Sentence, m.ID) || strings.Contains(w.Sentence, "seq") {
				t.Errorf("%s: %+v", name, w)
			}
			if began, over := f.Playing.Began.Sub(f.Began), f.Time.Sub(f.Began); w.At < began || w.At > over || !strings.Contains(w.Sentence, " at "+frame.OnClock(w.At)) {
				t.Errorf("%s: at %s in a story from %s to %s: %s", name, w.At, began, over, w.Sentence)
			}
			if !strings.HasPrefix(m.Body, m.Sender+" ") || len(shown[m.Seq]) == 0 {
				t.Errorf("%s: no chat showed a message %d: %s", name, m.Seq, w.Sentence)
			}
		}
		if w := f.Lanes[0].Witness; w.Sentence != "" {
			t.Errorf("quorum: %q", w.Sentence)
		}
	})
}
