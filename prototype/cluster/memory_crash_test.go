package cluster

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/prototype/fault"
	"lockstep/prototype/node/storage"
)

func startOnDisks(t *testing.T) *Memory {
	t.Helper()
	m, err := NewMemoryOn(3, time.Millisecond, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

// TestMemory_PowerLoss: the power goes in the middle of flushes, at leaders and
// followers, and nothing that was acknowledged is missing afterwards.
func TestMemory_PowerLoss(t *testing.T) {
	for _, torn := range []bool{false, true} {
		t.Run(fmt.Sprintf("torn %v", torn), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := startOnDisks(t)
				n := uint64(0)
				for round := range 12 {
					victim := awaitLeader(t, m, "")
					if round%3 == 2 {
						victim = m.IDs()[(round/3)%3]
					}
					hit := make(chan bool, 1)
					go func() {
						ok, err := m.PowerLoss(victim, torn, uint64(round), 5*time.Second)
						if err != nil {
							t.Error(err)
						}
						hit <- ok
					}()
					for range 20 {
						send(t, m, fmt.Sprint(n))
						n++
					}
					if !<-hit {
						t.Errorf("round %d: no flush of %s was struck", round, victim)
					}
					if err := m.Restart(victim); err != nil {
						t.Fatal(err)
					}
				}
				agree(t, m, n)
			})
		})
	}
}

// TestMemory_FlipBit: a replica refuses to start on damaged data, and the others
// go on without it.
func TestMemory_FlipBit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := startOnDisks(t)
		for i := range 20 {
			send(t, m, fmt.Sprint(i))
		}
		victim := awaitLeader(t, m, "")
		if err := m.Crash(victim); err != nil {
			t.Fatal(err)
		}
		if err := m.FlipBit(victim, 1); err != nil {
			t.Fatal(err)
		}
		if err := m.Restart(victim); !errors.Is(err, storage.ErrCorrupt) {
			t.Errorf("a replica with damaged data: %v, want ErrCorrupt", err)
		}
		send(t, m, "afterwards")
	})
}

// TestMemory_one_way: a leader that hears everybody and is heard by nobody loses
// its lead, and its clients are not told what is not true.
func TestMemory_one_way(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := startOnDisks(t)
		n := uint64(0)
		for round := range 10 {
			old := awaitLeader(t, m, "")
			status, err := m.Node(old).Fault(fault.Fault{Kind: fault.Drop, Probability: 1, Direction: fault.Out, Seed: uint64(round)})
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			send(t, m, fmt.Sprint(n))
			n++
			if took := time.Since(began); took > 3*time.Second {
				t.Errorf("round %d: a send took %s", round, took)
			}
			awaitLeader(t, m, old)
			if s, err := m.Node(old).Mend(status.ID); err != nil || s.Hits == 0 {
				t.Errorf("round %d: mended %+v, %v", round, s, err)
			}
		}
		agree(t, m, n)
	})
}
