package cluster

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/prototype/fault"
	"lockstep/prototype/node"
	"lockstep/prototype/order"
)

// sendAs sends a message until it has an answer of the log.
func sendAs(t *testing.T, m *Memory, at, id, sender, body string) order.Result {
	t.Helper()
	ctx := within(t, 20*time.Second)
	for {
		if n := m.Node(at); n != nil {
			results, err := n.Submit(ctx, room, []order.Command{{Conversation: room, ID: id, Sender: sender, Body: body}})
			if err == nil {
				return results[0]
			}
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s could not be sent", id)
		case <-time.After(50 * time.Millisecond): // virtual time
		}
	}
}

// TestOnce_survives: a retry and a conflict are told the first one's place by every
// node, after restarts, snapshots, a replica that was filled by one, and changes
// of the leader.
func TestOnce_survives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := start(t, func(c *node.Config) { c.SnapshotThreshold, c.TrailingLogs, c.Retain = 16, 4, 16 })
		leader := awaitLeader(t, m, "")
		first := sendAs(t, m, leader, "retry-me", "ann", "hello")
		if err := m.Crash("n3"); err != nil {
			t.Fatal(err)
		}
		other := "n1"
		for i := range 600 {
			sendAs(t, m, other, fmt.Sprint(i), "bob", "x")
		}
		for _, id := range []string{"n1", "n2"} {
			if _, err := m.Node(id).Fault(fault.Fault{Kind: fault.Snapshot}); err != nil {
				t.Fatal(err)
			}
		}
		if err := m.Restart("n3"); err != nil {
			t.Fatal(err)
		}
		for _, id := range m.IDs() {
			sendAs(t, m, id, "after"+id, "bob", "x")
			if err := m.Crash(id); err != nil {
				t.Fatal(err)
			}
			awaitLeader(t, m, id)
			if err := m.Restart(id); err != nil {
				t.Fatal(err)
			}
			want := first
			want.Duplicate = true
			for _, at := range m.IDs() {
				if r := sendAs(t, m, at, "retry-me", "ann", "hello"); r != want {
					t.Errorf("through %s: %+v, want %+v", at, r, want)
				}
				if r := sendAs(t, m, at, "retry-me", "ann", "other"); r.Rejected != order.Conflict || r.Seq != first.Seq || r.Hash != "" && !strings.HasPrefix(r.Hash, "2cf24dba5fb0a30e26e83b2ac5b9e29e") {
					t.Errorf("another body through %s: %+v", at, r)
				}
			}
		}
	})
}

// TestOnce_mixed_versions: while one voter does not know the new rules, or nobody
// has heard it, the old ones hold, to the letter; the first send after that brings
// in the new ones, for good; and from then on nobody is admitted without them.
func TestOnce_mixed_versions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var voter atomic.Value // the one that does not know them
		voter.Store("")
		var state atomic.Int32 // of that: 0 not heard, 1 old, 2 new
		var joins atomic.Bool  // whether n4 knows them
		m := start(t, func(c *node.Config) {
			c.Features = func(peer string) (uint64, bool) {
				switch {
				case peer == voter.Load():
					return uint64(max(0, state.Load()-1)), state.Load() > 0
				case peer == "n4" && !joins.Load():
					return 0, true
				}
				return 1, true
			}
		})
		leader := awaitLeader(t, m, "")
		voter.Store(slices.DeleteFunc(m.IDs(), func(id string) bool { return id == leader })[0])
		for i := range int32(2) {
			state.Store(i)
			id := fmt.Sprint("m", i)
			first := sendAs(t, m, "n1", id, "ann", "one")
			if first.Duplicate || first.Rejected != 0 {
				t.Fatalf("%+v", first)
			}
			if r := sendAs(t, m, "n2", id, "bob", "two"); r.Seq != first.Seq || !r.Duplicate {
				t.Errorf("under the first rules the id is the conversation's: %+v", r)
			}
		}
		state.Store(2)
		if r := sendAs(t, m, "n1", "m0", "bob", "two"); r.Seq != 3 || r.Duplicate {
			t.Errorf("under the second rules the id is the sender's: %+v", r)
		}
		state.Store(1) // there is no way back
		if r := sendAs(t, m, "n2", "m1", "bob", "two"); r.Seq != 4 || r.Duplicate {
			t.Errorf("%+v", r)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if err := m.Join(ctx, "n4"); err == nil {
			t.Error("a node was admitted that cannot read the log")
		}
		joins.Store(true)
		if err := m.AwaitVote(within(t, 20*time.Second), "n4"); err != nil {
			t.Error(err)
		}
		if r := sendAs(t, m, "n4", "m0", "ann", "one"); r.Seq != 1 || !r.Duplicate {
			t.Errorf("what was sent under the first rules: %+v", r)
		}
	})
}
