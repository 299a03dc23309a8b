package cluster

import (
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
