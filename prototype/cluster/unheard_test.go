package cluster

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/prototype/fault"
)

// TestMemory_unheard: a node that hears the others, and that they do not hear, is not
// ready, or clients would wait at it in vain. A long line is no such thing.
func TestMemory_unheard(t *testing.T) {
	for name, c := range map[string]struct {
		broken  fault.Fault
		unready bool
	}{
		"nothing gets out":  {fault.Fault{Kind: fault.Drop, Probability: 1, Direction: fault.Out}, true},
		"a long way out":    {fault.Fault{Kind: fault.Latency, Delay: fault.Duration(900 * time.Millisecond), Direction: fault.Out}, false},
		"one link of two":   {fault.Fault{Kind: fault.Cut, Direction: fault.Out, Peers: []string{"n1"}}, false},
		"every other drops": {fault.Fault{Kind: fault.Drop, Probability: 0.5}, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := start(t, nil)
				awaitLeader(t, m, "")
				victim := m.Node("n3")
				ready := func(want bool, within time.Duration) {
					t.Helper()
					for began := time.Now(); victim.Ready() != want; time.Sleep(10 * time.Millisecond) { // virtual time
						if time.Since(began) > within {
							t.Fatalf("ready %v after %s: %s", victim.Ready(), within, victim.Unready())
						}
					}
				}
				ready(true, 3*time.Second)
				if _, err := victim.Fault(c.broken); err != nil {
					t.Fatal(err)
				}
				if c.unready {
					ready(false, 4*time.Second)
					for _, id := range []string{"n1", "n2"} {
						if why := m.Node(id).Unready(); why != "" {
							t.Errorf("%s is not ready: %s", id, why)
						}
					}
				} else {
					time.Sleep(10 * time.Second) // virtual time
					ready(true, 2*time.Second)
				}
				victim.Heal()
				ready(true, 2*time.Second)
			})
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
