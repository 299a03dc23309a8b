package judging

import (
	"testing"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/check"
	"lockstep/prototype/lab/frame"
)

// TestWeak_moved: what stands elsewhere has moved when no fault has been in force for a
// while, and has not where a replica was only catching up. The exact judge's figures
// replace those that were seen, and are exact until the next acknowledgement.
func TestWeak_moved(t *testing.T) {
	w := NewWeak(frame.LaneClock, time.Time{})
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	say := func(id string, seq uint64) {
		w.Answered(now, now, api.Message{ID: id, Sender: "a", Body: id}, false, Answer{Outcome: api.OK, Ack: api.Ack{Seq: seq}})
	}
	say("a-1", 3)
	now = now.Add(time.Minute)
	elsewhere := []api.Placed{{Seq: 1, ID: "x-1"}, {Seq: 2, ID: "a-1"}, {Seq: 3, ID: "a-1"}}
	inPlace := []api.Placed{{Seq: 1, ID: "x-1"}, {Seq: 2, ID: "x-2"}, {Seq: 3, ID: "a-1"}}
	for _, step := range []struct {
		name  string
		shows []api.Placed
		quiet bool
		want  frame.LaneFindings
	}{
		{"while a node catches up", elsewhere, false, frame.LaneFindings{}},
		{"at rest", elsewhere, true, frame.LaneFindings{Moved: 1, Duplicated: 1}},
		{"with a fault again", inPlace, false, frame.LaneFindings{Moved: 1, Duplicated: 1}},
		{"at rest, in its place", inPlace, true, frame.LaneFindings{}},
	} {
		w.Shown(now, "n1", 0, step.shows)
		if w.Judge(now, "", step.quiet); w.Findings != step.want || (w.witness.Sentence == "") != step.want.Clean() {
			t.Errorf("%s: %+v %q, want %+v", step.name, w.Findings, w.witness.Sentence, step.want)
		}
	}
	w.Judged(frame.LaneJudgement{Report: check.Report{Counts: check.Counts{Lost: 2, Reordered: 3, Duplicated: 1}}, Witnesses: []frame.Witness{{Promise: check.Stability, Sentence: "Here it is."}}})
	w.Shown(now, "n1", 0, elsewhere)
	w.Judge(now, "", true)
	if want := (frame.LaneFindings{Lost: 2, Moved: 3, Duplicated: 1, Exact: true}); w.Findings != want || w.witness.Sentence != "Here it is." {
		t.Errorf("judged: %+v %q, want %+v", w.Findings, w.witness.Sentence, want)
	}
	say("a-2", 4)
	if want := (frame.LaneFindings{Lost: 2, Moved: 3, Duplicated: 1}); w.Findings != want {
		t.Errorf("one more: %+v, want %+v", w.Findings, want)
	}
}

// TestWeak_lazy: a message of the lazy lane is held against the leader of the lane.
// While nobody is known to lead it, nobody is accused, and nobody acquitted.
func TestWeak_lazy(t *testing.T) {
	w := NewWeak(frame.LaneLazy, time.Time{})
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	w.Answered(now, now, api.Message{ID: "a-1", Sender: "a", Body: "a 1"}, false, Answer{Outcome: api.OK, Ack: api.Ack{Seq: 1}})
	now = now.Add(time.Minute)
	w.Shown(now, "n1", 0, nil)
	w.Shown(now, "n2", 0, nil)
	for _, step := range []struct {
		reference string
		lost      uint64
	}{{"", 0}, {"n1", 1}, {"", 1}} {
		if w.Judge(now, step.reference, true); w.Findings.Lost != step.lost {
			t.Errorf("leader %q: %d lost, want %d", step.reference, w.Findings.Lost, step.lost)
		}
	}
	w.Shown(now, "n1", 0, []api.Placed{{Seq: 1, ID: "a-1"}})
	if w.Judge(now, "n1", true); w.Findings.Lost != 0 {
		t.Errorf("the leader has it, and %d are lost", w.Findings.Lost)
	}
}

// TestWeak_chat_twice: a message that a replica shows again is marked at its second
// place, also if the first has left the screen.
func TestWeak_chat_twice(t *testing.T) {
	w := NewWeak(frame.LaneLeader, time.Time{})
	var shown []api.Placed
	for seq := uint64(1); seq <= frame.ChatLines+2; seq++ {
		shown = append(shown, api.Placed{Seq: seq, ID: string(rune('a' + seq)), Sender: "ada"})
	}
	shown[frame.ChatLines].ID = shown[1].ID // of one that has left the screen
	w.Shown(time.Now(), "n1", 0, shown)
	chat := w.Chat("n1", false)
	for _, line := range chat.Lines {
		want := frame.Plain
		if line.Seq == frame.ChatLines+1 {
			want = frame.Twice
		}
		if line.Mark != want {
			t.Errorf("seq %d is marked %q, want %q", line.Seq, line.Mark, want)
		}
	}
}

// TestWeak_chat_differs: a message is marked if one other replica shows another one in its
// place, whatever the third shows.
func TestWeak_chat_differs(t *testing.T) {
	w := NewWeak(frame.LaneLeader, time.Time{})
	for node, id := range map[string]string{"n1": "a", "n2": "b", "n3": "a"} {
		w.Shown(time.Now(), node, 0, []api.Placed{{Seq: 1, ID: id, Sender: "ada"}})
	}
	for range 20 { // in whichever order a map is gone through
		for _, node := range []string{"n1", "n2", "n3"} {
			if mark := w.Chat(node, true).Lines[0].Mark; mark != frame.Differs {
				t.Fatalf("at %s it is marked %q", node, mark)
			}
		}
	}
}

// TestWeak_atLeast: where the exact judge knows only how many were lost at least, a lane's
// own count stays a lower bound.
func TestWeak_atLeast(t *testing.T) {
	w := NewWeak(frame.LaneLeader, time.Time{})
	w.Judged(frame.LaneJudgement{Lane: frame.LaneLeader, Report: check.Report{Counts: check.Counts{Acknowledged: 9, Lost: 2, AtLeast: true}}})
	if w.Findings.Exact || w.Findings.Lost != 2 {
		t.Errorf("%+v", w.Findings)
	}
}
