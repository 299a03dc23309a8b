package judging

import (
	"testing"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/check"
	"lockstep/prototype/history"
	"lockstep/prototype/lab/frame"
)

func judgedHistory(events ...history.Event) []frame.Witness {
	judge := check.NewJudge()
	for _, e := range events {
		e.Lane, e.Conversation = string(frame.LaneLeader), "c"
		judge.Add(&e)
	}
	return witnesses(judge.Report())
}

func sendOf(op int, sender, body string, seq uint64, at time.Duration) []history.Event {
	return []history.Event{
		{Op: op, Type: history.Invoke, Kind: history.Send, Node: "n1", ID: "x-" + body, Sender: sender, Body: body, Time: (at - 100*time.Millisecond).Nanoseconds()},
		{Op: op, Type: history.OK, Seq: seq, Epoch: 1, Time: at.Nanoseconds()},
	}
}

func finalOf(op int, node string, at time.Duration, messages ...history.Message) []history.Event {
	return []history.Event{
		{Op: op, Type: history.Invoke, Kind: history.Read, Node: node, Level: "local", Limit: 10, Final: true, Time: at.Nanoseconds()},
		{Op: op, Type: history.OK, Last: uint64(len(messages)), Messages: messages, Time: at.Nanoseconds()},
	}
}

// TestWitness: the exact judge's proofs call messages as the chats do and give the time
// of the run, whatever is broken, and lead to the moment of what was said first.
func TestWitness(t *testing.T) {
	gus := history.Message{Seq: 1, ID: "x-gus 1", Sender: "gus", Body: "gus 1", Epoch: 1}
	ben := history.Message{Seq: 1, ID: "x-ben 1", Sender: "ben", Body: "ben 1", Epoch: 1}
	at := func(m history.Message, seq uint64) history.Message { m.Seq = seq; return m }
	term := func(m history.Message, epoch uint64) history.Message { m.Epoch = epoch; return m }
	for _, tt := range []struct {
		name    string
		events  [][]history.Event
		promise check.Property
		want    frame.Witness
	}{
		{"lost", [][]history.Event{sendOf(1, "gus", "gus 1", 1, 9300*time.Millisecond), finalOf(2, "n2", 15*time.Second, ben)}, check.Stability,
			frame.Witness{Sentence: "gus’s “gus 1” had its ok as message 1 at 9.3 s; n2 shows ben’s “ben 1” as message 1 at 15.0 s; therefore an acknowledged message was lost.", At: 9300 * time.Millisecond, Message: gus, Lost: true}},
		{"nothing there", [][]history.Event{sendOf(1, "gus", "gus 1", 1, 9300*time.Millisecond), finalOf(2, "n2", 15*time.Second)}, check.Stability,
			frame.Witness{Sentence: "gus’s “gus 1” had its ok as message 1 at 9.3 s; n2 shows no message at 15.0 s; therefore an acknowledged message was lost.", At: 9300 * time.Millisecond, Message: gus, Lost: true}},
		{"moved", [][]history.Event{sendOf(1, "gus", "gus 1", 1, 9300*time.Millisecond), finalOf(2, "n2", 15*time.Second, ben, at(gus, 2))}, check.Stability,
			frame.Witness{Sentence: "gus’s “gus 1” had its ok as message 1 at 9.3 s; n2 shows ben’s “ben 1” as message 1 and gus’s “gus 1” as message 2 at 15.0 s; therefore an acknowledged message was moved.", At: 9300 * time.Millisecond, Message: gus}},
		{"overtaken", [][]history.Event{sendOf(1, "gus", "gus 1", 2, 9300*time.Millisecond), sendOf(2, "gus", "gus 2", 1, 9500*time.Millisecond)}, check.SenderFIFO,
			frame.Witness{Sentence: "gus’s “gus 1” was sent at 9.2 s and had its ok as message 2 at 9.3 s; gus’s “gus 2” was sent at 9.4 s and had its ok as message 1 at 9.5 s; therefore the later one overtook the earlier.", At: 9300 * time.Millisecond, Message: at(gus, 2)}},
		{"two at one place", [][]history.Event{finalOf(1, "n1", 15*time.Second, gus), finalOf(2, "n2", 15100*time.Millisecond, ben)}, check.Agreement,
			frame.Witness{Sentence: "n1 shows gus’s “gus 1” as message 1 at 15.0 s; n2 shows ben’s “ben 1” as message 1 at 15.1 s; therefore one place holds two messages.", At: 15 * time.Second, Message: gus}},
		{"two terms", [][]history.Event{finalOf(1, "n1", 15*time.Second, gus), finalOf(2, "n2", 15100*time.Millisecond, term(gus, 2))}, check.Agreement,
			frame.Witness{Sentence: "n1 shows gus’s “gus 1” as message 1 of term 1 at 15.0 s; n2 shows it as message 1 of term 2 at 15.1 s; therefore it is not the same for everybody.", At: 15 * time.Second, Message: gus}},
	} {
		var events []history.Event
		for _, e := range tt.events {
			events = append(events, e...)
		}
		tt.want.Promise = tt.promise
		found := false
		for _, w := range judgedHistory(events...) {
			if w.Promise == tt.promise {
				found = true
				if w != tt.want {
					t.Errorf("%s:\n got %+v\nwant %+v", tt.name, w, tt.want)
				}
			}
		}
		if !found {
			t.Errorf("%s: no proof that %s is broken", tt.name, tt.promise)
		}
	}
}

// TestWitness_weak: the counts of a lane prove a loss in the same words as the exact
// judge, with the first that was lost, for as long as that holds.
func TestWitness_weak(t *testing.T) {
	began := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	after := func(d time.Duration) time.Time { return began.Add(d) }
	w := NewWeak(frame.LaneLeader, began)
	say := func(at time.Duration, id, sender string, seq uint64) {
		w.Answered(after(at), after(at), api.Message{ID: id, Sender: sender, Body: sender + " 1"}, false, Answer{Outcome: api.OK, Ack: api.Ack{Seq: seq, Epoch: 1}})
	}
	say(9300*time.Millisecond, "x-gus 1", "gus", 1)
	say(9400*time.Millisecond, "x-ada 1", "ada", 2)
	see := func(at time.Duration, messages ...api.Placed) {
		w.Shown(after(at), "n2", 0, messages)
		w.Judge(after(at), "n2", true)
	}
	ben := api.Placed{Seq: 1, ID: "x-ben 1", Sender: "ben", Body: "ben 1", Epoch: 1}
	see(15*time.Second, ben)
	exact := judgedHistory(append(sendOf(1, "gus", "gus 1", 1, 9300*time.Millisecond), finalOf(2, "n2", 15*time.Second, history.Message{Seq: 1, ID: "x-ben 1", Sender: "ben", Body: "ben 1", Epoch: 1})...)...)
	if w.witness != exact[len(exact)-1] || w.Findings.Lost != 2 {
		t.Errorf("the counts say\n%+v\nof %+v, and the exact judge\n%+v", w.witness, w.Findings, exact)
	}
	first := w.witness
	see(16*time.Second, ben)
	if w.witness != first {
		t.Errorf("the proof changed to %q", w.witness.Sentence)
	}
	// The first is found again, so that another is the proof.
	see(17*time.Second, api.Placed{Seq: 1, ID: "x-gus 1", Sender: "gus", Body: "gus 1", Epoch: 1})
	if want := "ada’s “ada 1” had its ok as message 2 at 9.4 s; n2 ends at message 1 at 17.0 s; therefore an acknowledged message was lost."; w.witness.Sentence != want || !w.witness.Lost {
		t.Errorf("got %q, want %q", w.witness.Sentence, want)
	}
	see(18*time.Second, api.Placed{Seq: 1, ID: "x-gus 1", Sender: "gus", Body: "gus 1", Epoch: 1}, api.Placed{Seq: 2, ID: "x-ada 1", Sender: "ada", Body: "ada 1", Epoch: 1})
	if w.witness != (frame.Witness{}) {
		t.Errorf("everything is there, and the proof is %+v", w.witness)
	}
}
