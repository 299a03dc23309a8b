package cluster

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/fault"
)

// besideCandidate makes a voter a candidate that has lost, and gives the leader beside
// it. The channel is closed when the handover to that voter has ended.
func besideCandidate(t *testing.T, m *Memory) (leader string, over <-chan struct{}) {
	t.Helper()
	first := awaitLeader(t, m, "")
	lost := heir(m, first)
	send(t, m, "1")
	time.Sleep(time.Second) // virtual time
	breakAt(t, m, lost, fault.Fault{Kind: fault.Drop, Direction: fault.Out, Probability: 1})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		m.Node(first).Fault(fault.Fault{Kind: fault.Transfer, Peers: []string{lost}}) // it gets no vote
	}()
	time.Sleep(time.Second) // virtual time: it asks for votes no more
	m.Node(lost).Heal()
	send(t, m, "2")
	leader = awaitLeader(t, m, "")
	if role := m.Node(lost).Status().Shards[0].Role; role != "candidate" {
		t.Fatalf("%s is a %s", lost, role)
	}
	return leader, ended
}

// TestMemory_transfer_beside_candidate: a leader that is told to hand over does so to the
// voter that can take the lead. The other one has lost an election and is a candidate
// still, which does not hear another leader that asks; the leader would refuse sends
// while it waits for that one.
func TestMemory_transfer_beside_candidate(t *testing.T) {
	for range 6 { // the library, left to itself, takes either of the two
		synctest.Test(t, func(t *testing.T) {
			m := start(t, oneShard)
			leader, over := besideCandidate(t, m)
			time.Sleep(50 * time.Millisecond) // virtual time: all followers have what is acknowledged
			began := time.Now()
			go m.Node(leader).Fault(fault.Fault{Kind: fault.Transfer})
			time.Sleep(time.Millisecond)
			send(t, m, "3")
			if took := time.Since(began); took > 700*time.Millisecond {
				t.Errorf("it took %s, want at most 700 ms", took)
			}
			<-over
		})
	}
}

// TestMemory_transfer_beside_paused: the same with a voter that has just been paused, and
// that the library would ask. The other one takes over, though a fault is in force there.
func TestMemory_transfer_beside_paused(t *testing.T) {
	for _, calm := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			m := start(t, oneShard)
			leader := awaitLeader(t, m, "")
			paused := heir(m, leader)
			send(t, m, "1")
			time.Sleep(time.Second) // virtual time
			if !calm {
				breakAt(t, m, third(m, leader, paused), fault.Fault{Kind: fault.Duplicate, Probability: 0.01})
			}
			if err := m.Pause(paused); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			go m.Node(leader).Fault(fault.Fault{Kind: fault.Transfer})
			awaitLeader(t, m, leader)
			if took := time.Since(began); took > 400*time.Millisecond {
				t.Errorf("calm %t: it took %s, want at most 400 ms", calm, took)
			}
			if err := m.Resume(paused); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// TestMemory_handover_in_flight: a leader that hands over knows what became of every send.
// The flushes of a majority take a while, and the heir's does not.
func TestMemory_handover_in_flight(t *testing.T) {
	for _, flush := range []time.Duration{5 * time.Millisecond, 50 * time.Millisecond, 300 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			m, err := NewMemory(5, oneShard)
			if err != nil {
				t.Fatal(err)
			}
			defer m.Close()
			leader := awaitLeader(t, m, "")
			send(t, m, "before")
			time.Sleep(time.Second) // virtual time
			others := slices.DeleteFunc(slices.Clone(m.IDs()), func(id string) bool { return id == leader })
			for _, id := range others[1:] {
				breakAt(t, m, id, fault.Fault{Kind: fault.SlowDisk, Delay: fault.Duration(flush)})
			}
			term := m.Node(leader).Status().Shards[0].Term
			var senders sync.WaitGroup
			for i := range 100 {
				senders.Go(func() {
					time.Sleep(time.Duration(i) * time.Millisecond) // virtual time
					_, err := m.Node(leader).Submit(t.Context(), room, message(fmt.Sprint("m", i)))
					if err != nil && err.Outcome == api.Unknown {
						t.Errorf("flushes of %s: m%d is unknown: %v", flush, i, err)
					}
				})
			}
			time.Sleep(50 * time.Millisecond) // virtual time
			if _, err := m.Node(leader).Fault(fault.Fault{Kind: fault.Transfer, Peers: others[:1]}); err != nil {
				t.Error(err)
			}
			senders.Wait()
			if m.Node(leader).Status().Shards[0].Term == term {
				t.Errorf("flushes of %s: the lead is where it was", flush)
			}
		})
	}
}

// TestMemory_stuck: the library hangs when it is told twice to hand a lead over to a
// follower that takes no entries. It is not told, and the leader goes on.
func TestMemory_stuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := start(t, nil)
		leader := awaitLeader(t, m, "")
		victim := m.IDs()[0]
		if victim == leader {
			victim = m.IDs()[1]
		}
		send(t, m, "before")
		if _, err := m.Node(victim).Fault(fault.Fault{Kind: fault.Cut, Direction: fault.In, Peers: []string{leader}}); err != nil {
			t.Fatal(err)
		}
		for i := range 20 {
			send(t, m, fmt.Sprint("during", i))
			time.Sleep(100 * time.Millisecond) // virtual time
		}
		for range 2 {
			m.Node(leader).Fault(fault.Fault{Kind: fault.Transfer, Peers: []string{victim}})
			time.Sleep(12 * time.Second) // virtual time
		}
		began := time.Now()
		send(t, m, "after")
		if took := time.Since(began); took > time.Second {
			t.Errorf("a send took %s", took)
		}
	})
}
