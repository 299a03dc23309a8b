package torture

import (
	"testing"
	"testing/synctest"

	"lockstep/prototype/cluster"
	"lockstep/prototype/fault"
)

// TestMemory_down: the power of a node that another fault has down cannot be taken.
// That is no effect, and no error: the run does not count, and the campaign goes on.
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
		for _, kind := range []fault.Kind{fault.PowerLoss, fault.TornTail} {
			mend, err := (&memory{cluster: m, transport: m.Transport()}).Break(t.Context(), "n1", fault.Fault{Kind: kind})
			if err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
			if done, err := mend(t.Context()); err != nil || done.Hits != 0 {
				t.Errorf("%s: %+v, %v", kind, done, err)
			}
		}
	})
}
