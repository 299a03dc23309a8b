package cluster

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/prototype/fault"
	"lockstep/prototype/node"
)

// TestMemory_quick_restart: a leader that dies and is back before anybody has
// missed it leads no more, says so, and is replaced as quickly as one that stays
// away. One whose disk is empty has to be told first in which term it led.
func TestMemory_quick_restart(t *testing.T) {
	for name, wiped := range map[string]bool{"with its disk": false, "with an empty disk": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := start(t, nil)
				var worst time.Duration
				for i := range 20 {
					old := awaitLeader(t, m, "")
					send(t, m, fmt.Sprint(i, "-a"))
					time.Sleep(500 * time.Millisecond)
					began := time.Now()
					if err := m.Crash(old); err != nil {
						t.Fatal(err)
					}
					if wiped {
						if err := m.Wipe(old); err != nil {
							t.Fatal(err)
						}
					}
					time.Sleep(20 * time.Millisecond)
					if err := m.Restart(old); err != nil {
						t.Fatal(err)
					}
					send(t, m, fmt.Sprint(i, "-b"))
					worst = max(worst, time.Since(began))
					time.Sleep(500 * time.Millisecond)
				}
				t.Logf("slowest: %s", worst)
				if worst > 500*time.Millisecond {
					t.Errorf("it took %s", worst)
				}
			})
		})
	}
}

// TestMemory_return: a member that was away catches up as soon as it is heard
// again, however long it was away. The library's leader waits between its
// attempts, the longer the more of them have failed, up to ten seconds.
func TestMemory_return(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := start(t, nil)
		var worst time.Duration
		n := uint64(0)
		for i, away := range []time.Duration{300 * time.Millisecond, time.Second, 5 * time.Second, 30 * time.Second} {
			leader := awaitLeader(t, m, "")
			victim := m.IDs()[i%3]
			if victim == leader {
				victim = m.IDs()[(i+1)%3]
			}
			if err := m.Crash(victim); err != nil {
				t.Fatal(err)
			}
			for range 300 {
				send(t, m, fmt.Sprint(n))
				n++
			}
			time.Sleep(away)
			if err := m.Restart(victim); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			if _, err := m.Node(victim).Read(t.Context(), node.ReadRequest{Conversation: room, Level: node.Session, MinSeq: n, Limit: 10}); err != nil {
				t.Errorf("back after %s: %v", away, err)
			}
			worst = max(worst, time.Since(began))
		}
		t.Logf("slowest: %s", worst)
		if worst > 300*time.Millisecond {
			t.Errorf("it took %s to catch up", worst)
		}
	})
}

// TestMemory_return_heard: the same for a follower that its leader hears all the time and
// that takes nothing.
func TestMemory_return_heard(t *testing.T) {
	for name, broken := range map[string]fault.Fault{
		"half-cut link": {Kind: fault.Cut, Direction: fault.In},
		"hung disk":     {Kind: fault.HungDisk},
	} {
		for _, away := range []time.Duration{16 * time.Second, time.Minute} {
			synctest.Test(t, func(t *testing.T) {
				m := startOnDisks(t)
				leader := awaitLeader(t, m, "")
				victim := m.IDs()[0]
				if victim == leader {
					victim = m.IDs()[1]
				}
				broken := broken
				if broken.Kind == fault.Cut {
					broken.Peers = []string{leader}
				}
				if _, err := m.Node(victim).Fault(broken); err != nil {
					t.Fatal(err)
				}
				n := 0
				for end := time.Now().Add(away); time.Now().Before(end); n++ {
					send(t, m, fmt.Sprint(n))
					time.Sleep(50 * time.Millisecond) // virtual time
				}
				m.Node(victim).Heal()
				began, last := time.Now(), send(t, m, "last").Seq
				caughtUp := func() bool {
					_, err := m.Node(victim).Read(t.Context(), node.ReadRequest{Conversation: room, Level: node.Session, MinSeq: last, Limit: 1})
					return err == nil
				}
				for !caughtUp() && time.Since(began) < 20*time.Second {
				}
				if took := time.Since(began); took > 500*time.Millisecond {
					t.Errorf("%s for %s: it took %s to catch up", name, away, took)
				}
			})
		}
	}
}

// TestMemory_returning_voter: a leader fails while a follower is away, and the
// follower comes back. It refuses its vote for a moment, since it has forgotten
// whom it promised to follow; the one that is left waits for that and is elected
// then. A campaign in vain would cost an election timeout of the library, a second.
func TestMemory_returning_voter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := start(t, nil)
		var worst time.Duration
		for i := range 20 {
			leader := awaitLeader(t, m, "")
			send(t, m, fmt.Sprint(i, "-a"))
			var away string
			for _, id := range m.IDs() {
				if id != leader {
					away = id
				}
			}
			if err := m.Crash(away); err != nil {
				t.Fatal(err)
			}
			send(t, m, fmt.Sprint(i, "-b")) // which the one that is away does not have
			if err := m.Crash(leader); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(37*i) * time.Millisecond) // virtual time: the election timers are at any point
			if err := m.Restart(away); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			send(t, m, fmt.Sprint(i, "-c"))
			worst = max(worst, time.Since(began))
			if err := m.Restart(leader); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second) // virtual time: it has caught up
		}
		t.Logf("slowest: %s", worst)
		if worst > 500*time.Millisecond {
			t.Errorf("it took %s", worst)
		}
	})
}
