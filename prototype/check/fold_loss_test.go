package check

import (
	"fmt"
	"maps"
	"testing"

	"lockstep/prototype/history"
)

// loses tests a judge that folded 100 messages beside one who keeps everything, when
// replicas keep so many of them and nothing else is wrong.
func loses(t *testing.T, keep int) {
	t.Helper()
	all, few := NewJudge(), NewJudge()
	op := 0
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
		if want, got := all.Report(), few.Report(); want.Counts != got.Counts || !maps.Equal(want.Verdicts, got.Verdicts) {
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
	send(100)
	digest(20, "the first twenty")
	read(0)
	folded := few.Fold("", "room", 100)
	if folded != 100 {
		t.Fatal(folded)
	}
	order = order[:keep:keep]
	send(30)
	read(0) // the digest up to 100 differs, so they are read from the beginning
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

// TestFold_loss: what is folded can be lost, and stays lost in all reports from then on.
func TestFold_loss(t *testing.T) { loses(t, 0) }
