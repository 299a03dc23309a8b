package check

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"lockstep/prototype/history"
)

// loses tests a judge that folded 50 messages, and then 50 more, beside one who keeps
// everything, when replicas keep so many of them and nothing else is wrong. They are then
// read from a seq on. vague says that the one who folded cannot know that its figure is
// exact.
func loses(t *testing.T, keep int, from uint64, vague bool) {
	t.Helper()
	all, few := NewJudge(), NewJudge()
	op, lost := 0, false
	tell := func(j *Judge, e history.Event) {
		e.Conversation = "room"
		j.Add(&e)
	}
	both := func(e history.Event) {
		tell(all, e)
		tell(few, e)
	}
	var order []history.Message
	send := func(n int) {
		for range n {
			op++
			m := history.Message{Seq: uint64(len(order) + 1), ID: fmt.Sprint(op), Sender: "ada", Body: "b"}
			both(history.Event{Op: op, Type: history.Invoke, Kind: history.Send, ID: m.ID, Sender: m.Sender, Body: m.Body})
			both(history.Event{Op: op, Type: history.OK, Seq: m.Seq})
			order = append(order, m)
		}
	}
	read := func(folded uint64) {
		t.Helper()
		for _, n := range nodes {
			op++
			for _, j := range []*Judge{all, few} {
				after := uint64(0)
				if j == few {
					after = folded
				}
				tell(j, history.Event{Op: op, Type: history.Invoke, Kind: history.Read, Node: n, Final: true, After: after})
				tell(j, history.Event{Op: op, Type: history.OK, Last: uint64(len(order)), Messages: order[after:]})
			}
		}
		want, got := all.Report(), few.Report()
		want.Counts.AtLeast = vague && lost
		if want.Counts != got.Counts || !maps.Equal(want.Verdicts, got.Verdicts) {
			t.Helper()
			t.Errorf("all:\n%s\nfolded:\n%s", want, got)
		}
	}
	digest := func(upto int, says string) {
		for _, n := range nodes {
			op++
			both(history.Event{Op: op, Type: history.Invoke, Kind: history.Digest, Node: n, Upto: uint64(upto)})
			both(history.Event{Op: op, Type: history.OK, Seq: uint64(upto), Digest: says})
		}
	}
	digest(20, "the first twenty")
	folded := uint64(0)
	for range 2 {
		send(50)
		read(folded)
		if folded = few.Fold("", "room", 100); folded != uint64(len(order)) {
			t.Fatal(folded)
		}
	}
	order, lost = order[:keep:keep], true
	send(30)
	read(from) // the digest up to 100 differs
	if folded = few.Fold("", "room", uint64(keep+30)); folded != uint64(keep+30) {
		t.Errorf("folded up to %d of %d", folded, keep+30)
	}
	send(30)
	digest(20, "twenty of another order") // where one that keeps everything knows another one
	read(folded)
	if v := few.Report().Verdicts[Digests]; v != Violated {
		t.Errorf("Digests are %s", v)
	}
}

// TestFold_loss: of what is folded all can be lost or a part, and the judge says how much,
// and stays with it in all reports from then on.
func TestFold_loss(t *testing.T) {
	for _, keep := range []int{0, 1, 30, 50, 51, 99} {
		loses(t, keep, 0, false)
		if keep >= 50 {
			loses(t, keep, 50, false)
		}
	}
}

// remember makes judges remember so many messages one by one.
func remember(t *testing.T, n int) {
	before := remembered
	t.Cleanup(func() { remembered = before })
	remembered = n
}

// TestFold_forgotten: a judge that does not remember all messages one by one says how many
// were lost, and that it is a lower bound where it could be more.
func TestFold_forgotten(t *testing.T) {
	remember(t, 40)
	loses(t, 0, 0, false)
	loses(t, 30, 0, true)
	loses(t, 99, 0, true)
	loses(t, 50, 50, false)
	loses(t, 55, 50, true)
	remember(t, 60)
	loses(t, 70, 50, false)
}

// TestFold_stranger: a message that nobody sent is not taken for one that was folded and
// is still there, or only as far as the figure is a lower bound.
func TestFold_stranger(t *testing.T) {
	for _, tt := range []struct {
		remembered, lost int
		atLeast          bool
	}{{10, 10, false}, {5, 8, true}} {
		remember(t, tt.remembered)
		j := NewJudge()
		add := func(op int, typ history.Type, e history.Event) {
			e.Op, e.Type, e.Conversation = op, typ, "room"
			j.Add(&e)
		}
		read := func(op int, messages ...history.Message) {
			add(op, history.Invoke, history.Event{Kind: history.Read, Node: "n1", Final: true})
			add(op, history.OK, history.Event{Last: uint64(len(messages)), Messages: messages})
		}
		var sent []history.Message
		for i := 1; i <= 10; i++ {
			m := history.Message{Seq: uint64(i), ID: fmt.Sprint(i), Sender: "ada", Body: "b"}
			add(i, history.Invoke, history.Event{Kind: history.Send, ID: m.ID, Sender: m.Sender, Body: m.Body})
			add(i, history.OK, history.Event{Seq: m.Seq})
			sent = append(sent, m)
		}
		read(11, sent...)
		if upto := j.Fold("", "room", 10); upto != 10 {
			t.Fatal(upto)
		}
		read(12, history.Message{Seq: 1, ID: "x", Sender: "eve", Body: "b"}, history.Message{Seq: 2, ID: "y", Sender: "eve", Body: "b"})
		c := j.Report().Counts
		if c.Lost != tt.lost || c.AtLeast != tt.atLeast {
			t.Errorf("%d remembered: %d lost, at least: %t", tt.remembered, c.Lost, c.AtLeast)
		}
		if said := strings.Contains(j.Report().String(), fmt.Sprintf("at least %d lost", tt.lost)); said != tt.atLeast {
			t.Error(j.Report())
		}
	}
}
