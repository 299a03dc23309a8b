package torture

import (
	"testing"
	"testing/synctest"

	"lockstep/prototype/cluster"
	"lockstep/prototype/fault"
)

// TestMemory_down: a node that another fault has down cannot be struck. That is no
// effect, and no error: the run does not count, and the campaign goes on.
func TestMemory_down(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, err := cluster.NewMemory(3, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		if err := m.Crash("n1"); err != nil {
			t.Fatal(err)
		}
		for _, kind := range []fault.Kind{fault.Kill, fault.Restart, fault.Pause, fault.PowerLoss, fault.TornTail, fault.HungDisk, fault.Cut, fault.Latency, fault.Swap} {
			mend, err := InMemory(m).Break(t.Context(), "n1", fault.Fault{Kind: kind, Peers: []string{"n2"}})
			if err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
			if done, err := mend(t.Context()); err != nil || done.Hits != 0 {
				t.Errorf("%s: %+v, %v", kind, done, err)
			}
		}
		// Of two that were to swap their data one is down: the other one lives on.
		if _, err := InMemory(m).Break(t.Context(), "n2", fault.Fault{Kind: fault.Swap, Peers: []string{"n1"}}); err != nil || m.Node("n2") == nil {
			t.Errorf("swap with a node that is down: %v, n2 runs: %t", err, m.Node("n2") != nil)
		}
	})
}
