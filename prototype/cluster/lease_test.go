package cluster

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/prototype/fault"
	"lockstep/prototype/node"
)

// oneShard is for a cluster of one shard in which no lead changes hands by itself.
func oneShard(c *node.Config) { c.Shards, c.BalanceAfter = 1, 0 }

// heir is the node to which the library hands over if nobody names one and all
// logs are equal: the first of the others.
func heir(m *Memory, leader string) string {
	for _, id := range m.IDs() {
		if id != leader {
			return id
		}
	}
	return ""
}

// leadsRoom says whether a node leads the room's shard and knows it.
func leadsRoom(m *Memory, id string) bool { return m.Node(id).Status().Shards[0].Role == "leader" }

// eventually waits for a condition, in virtual time.
func eventually(t *testing.T, within time.Duration, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(within); !ok(); time.Sleep(time.Millisecond) { // virtual time
		if time.Now().After(deadline) {
			t.Fatalf("not within %s: %s", within, what)
		}
	}
}

// readLeader reads at level leader at one node and gives the newest seq.
func readLeader(t *testing.T, m *Memory, id string, level node.Level) (last uint64, _ *node.Error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	view, err := m.Node(id).Read(ctx, node.ReadRequest{Conversation: room, Level: level, Limit: 1})
	return view.Last, err
}

// TestLease_handover: a leader asks another node to take over, and hears from the
// third one after that. The request to take over is on its way for a while, and the
// old leader does not learn that it was obeyed. No read that it answers by its lease
// may miss what the new leader acknowledged.
func TestLease_handover(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := start(t, oneShard)
		old := awaitLeader(t, m, "")
		next := heir(m, old)
		before := send(t, m, "before")
		time.Sleep(time.Second) // virtual time: restarted voters may vote again
		breakAt(t, m, old, fault.Fault{Kind: fault.Delay, Peers: []string{next}, Direction: fault.Out, Delay: fault.Duration(40 * time.Millisecond)})
		breakAt(t, m, old, fault.Fault{Kind: fault.Drop, Peers: []string{next}, Direction: fault.In, Probability: 1})
		transfer := make(chan struct{})
		go func() {
			defer close(transfer)
			m.Node(old).Fault(fault.Fault{Kind: fault.Transfer, Peers: []string{next}})
		}()
		time.Sleep(20 * time.Millisecond) // virtual time: the request has left and has not arrived
		if last, err := readLeader(t, m, old, node.Linearizable); err != nil || last != before.Seq {
			t.Errorf("a linearizable read during the handover gives %d, %v, want %d", last, err, before.Seq)
		}
		eventually(t, time.Second, "the other node leads", func() bool { return leadsRoom(m, next) })
		results, err := m.Node(next).Submit(t.Context(), room, message("after"))
		if err != nil {
			t.Fatal(err)
		}
		for range 20 {
			for _, level := range []node.Level{node.Leader, node.Linearizable} {
				if last, err := readLeader(t, m, old, level); err == nil && last < results[0].Seq {
					t.Fatalf("seq %d was acknowledged, and a read at level %s that began later ends at %d", results[0].Seq, level, last)
				}
			}
			time.Sleep(2 * time.Millisecond) // virtual time
		}
		m.Node(old).Heal()
		<-transfer
	})
}

func breakAt(t *testing.T, m *Memory, id string, f fault.Fault) {
	t.Helper()
	if _, err := m.Node(id).Fault(f); err != nil {
		t.Fatal(err)
	}
}

// third is the node that is neither.
func third(m *Memory, a, b string) string {
	for _, id := range m.IDs() {
		if id != a && id != b {
			return id
		}
	}
	return ""
}

// TestLease_late_handover: the request to take over arrives when somebody else leads
// in a later term. It must not end a lease that its sender has nothing to do with.
func TestLease_late_handover(t *testing.T) {
	// The third node wins first in nearly every run; another run is made where it does not.
	reached := false
	for tries := 0; !reached && tries < 3; tries++ {
		synctest.Test(t, func(t *testing.T) { reached = lateHandover(t) })
	}
	if !reached {
		t.Error("the third node did not win in three runs")
	}
}

// lateHandover says whether it came to the request that arrives late.
func lateHandover(t *testing.T) bool {
	m := start(t, oneShard)
	first := awaitLeader(t, m, "")
	late := heir(m, first)
	other := third(m, first, late)
	send(t, m, "before")
	time.Sleep(time.Second) // virtual time
	const held = 4 * time.Second
	breakAt(t, m, late, fault.Fault{Kind: fault.Delay, Peers: []string{first}, Direction: fault.In, Delay: fault.Duration(held)})
	asked := time.Now()
	if _, err := m.Node(first).Fault(fault.Fault{Kind: fault.Transfer, Peers: []string{late}}); err == nil {
		t.Fatal("the handover succeeds although the request has not arrived")
	}
	if _, err := m.Node(first).Submit(t.Context(), room, message("newest")); err != nil {
		t.Fatal(err)
	}
	m.Node(first).Fault(isolate)
	m.Node(late).Heal() // what is held stays held
	for range 100 {
		if !leadsRoom(m, other) {
			time.Sleep(10 * time.Millisecond) // virtual time
		}
	}
	if !leadsRoom(m, other) {
		return false
	}
	m.Node(first).Heal()
	send(t, m, "between")
	time.Sleep(time.Until(asked.Add(held - 30*time.Millisecond))) // virtual time
	if _, err := readLeader(t, m, other, node.Linearizable); err != nil {
		t.Fatalf("the third node does not lead any more: %v", err)
	}
	breakAt(t, m, other, fault.Fault{Kind: fault.Drop, Peers: []string{late}, Probability: 1})
	time.Sleep(20 * time.Millisecond) // virtual time
	readLeader(t, m, other, node.Linearizable)
	var after uint64
	for range 100 {
		if last, err := readLeader(t, m, other, node.Leader); err == nil && last < after {
			t.Fatalf("seq %d was acknowledged, and a read by the lease of %s that began later ends at %d", after, other, last)
		}
		if results, err := m.Node(late).Submit(t.Context(), room, message("after")); err == nil && leadsRoom(m, late) {
			after = results[0].Seq
		}
		time.Sleep(time.Millisecond) // virtual time
	}
	if after > 0 {
		t.Errorf("%s took over from %s, on the word of %s, which had led in an earlier term", late, other, first)
	}
	return true
}

// TestLease_failed_handover: a handover that fails leaves a leader that reads and
// sends go on with.
func TestLease_failed_handover(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := start(t, oneShard)
		leader := awaitLeader(t, m, "")
		next := heir(m, leader)
		send(t, m, "before")
		time.Sleep(time.Second) // virtual time
		breakAt(t, m, leader, fault.Fault{Kind: fault.Drop, Peers: []string{next}, Probability: 1})
		if _, err := m.Node(leader).Fault(fault.Fault{Kind: fault.Transfer, Peers: []string{next}}); err == nil {
			t.Fatal("the handover succeeds although no message arrives")
		}
		for range 50 {
			if last, err := readLeader(t, m, leader, node.Leader); err != nil || last != 1 {
				t.Fatalf("after the handover failed a read gives %d, %v", last, err)
			}
			time.Sleep(20 * time.Millisecond) // virtual time
		}
		m.Node(leader).Heal()
		if r := send(t, m, "after"); r.Seq != 2 {
			t.Errorf("the next message has seq %d", r.Seq)
		}
	})
}
