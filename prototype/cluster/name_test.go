package cluster

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

// TestMemory_one_name: whatever happens to leaders in a cluster's first seconds, its
// nodes come to one name.
func TestMemory_one_name(t *testing.T) {
	for seed := range uint64(30) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 0))
			m := start(t, nil)
			for range 6 {
				time.Sleep(time.Duration(random.IntN(700)) * time.Millisecond)
				leader := m.Leader(room)
				if leader == "" {
					continue
				}
				if random.IntN(2) == 0 {
					if err := m.Crash(leader); err != nil {
						t.Fatal(err)
					}
					time.Sleep(time.Duration(random.IntN(300)) * time.Millisecond)
					if err := m.Restart(leader); err != nil {
						t.Fatal(err)
					}
					continue
				}
				if _, err := m.Node(leader).Fault(isolate); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Duration(random.IntN(300)) * time.Millisecond)
				m.Node(leader).Heal()
			}
			time.Sleep(10 * time.Second)
			name := m.Node("n1").Cluster()
			for _, id := range m.IDs() {
				if got := m.Node(id).Cluster(); got == "" || got != name {
					t.Errorf("seed %d: %s has the name %q, and n1 %q", seed, id, got, name)
				}
			}
		})
	}
}
