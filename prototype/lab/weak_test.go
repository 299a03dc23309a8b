package lab

import (
	"testing"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/check"
)

// TestWeak_moved: what stands elsewhere has moved when no fault has been in force for a
// while, and has not where a replica was only catching up. The exact judge's figures
// replace those that were seen, and are exact until the next acknowledgement.
func TestWeak_moved(t *testing.T) {
	w := newWeak(LaneClock, time.Time{})
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	say := func(id string, seq uint64) {
		w.answered(now, now, api.Message{ID: id, Sender: "a", Body: id}, false, Answer{Outcome: api.OK, Ack: api.Ack{Seq: seq}})
	}
	say("a-1", 3)
	now = now.Add(time.Minute)
	elsewhere := []api.Placed{{Seq: 1, ID: "x-1"}, {Seq: 2, ID: "a-1"}, {Seq: 3, ID: "a-1"}}
	inPlace := []api.Placed{{Seq: 1, ID: "x-1"}, {Seq: 2, ID: "x-2"}, {Seq: 3, ID: "a-1"}}
	for _, step := range []struct {
		name  string
		shows []api.Placed
		quiet bool
		want  LaneFindings
	}{
		{"while a node catches up", elsewhere, false, LaneFindings{}},
		{"at rest", elsewhere, true, LaneFindings{Moved: 1, Duplicated: 1}},
		{"with a fault again", inPlace, false, LaneFindings{Moved: 1, Duplicated: 1}},
		{"at rest, in its place", inPlace, true, LaneFindings{}},
	} {
		w.shown(now, "n1", 0, step.shows)
		if w.judge(now, "", step.quiet); w.findings != step.want || (w.witness.Sentence == "") != step.want.Clean() {
			t.Errorf("%s: %+v %q, want %+v", step.name, w.findings, w.witness.Sentence, step.want)
		}
	}
	w.judged(LaneJudgement{Report: check.Report{Counts: check.Counts{Lost: 2, Reordered: 3, Duplicated: 1}}, Witnesses: []Witness{{Promise: check.Stability, Sentence: "Here it is."}}})
	w.shown(now, "n1", 0, elsewhere)
	w.judge(now, "", true)
	if want := (LaneFindings{Lost: 2, Moved: 3, Duplicated: 1, Exact: true}); w.findings != want || w.witness.Sentence != "Here it is." {
		t.Errorf("judged: %+v %q, want %+v", w.findings, w.witness.Sentence, want)
	}
	say("a-2", 4)
	if want := (LaneFindings{Lost: 2, Moved: 3, Duplicated: 1}); w.findings != want {
		t.Errorf("one more: %+v, want %+v", w.findings, want)
	}
}
