package cluster

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/prototype/node"
)

// leads counts the shards that each running node leads, in ascending order.
func leads(m *Memory) (counts []int) {
	for _, id := range m.IDs() {
		n := m.Node(id)
		if n == nil {
			continue
		}
		count := 0
		for _, s := range n.Status().Shards {
			if s.Role == "leader" {
				count++
			}
		}
		counts = append(counts, count)
	}
	slices.Sort(counts)
	return counts
}

func TestMemory_leads_are_spread_evenly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, err := NewMemory(3, func(c *node.Config) { c.Shards, c.BalanceAfter = 64, 2*time.Second })
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		expect := func(when string, want ...int) {
			t.Helper()
			time.Sleep(8 * time.Second)
			if got := leads(m); !slices.Equal(got, want) {
				t.Errorf("%s the nodes lead %v shards, want %v", when, got, want)
			}
		}
		expect("after the start", 21, 21, 22)
		if err := m.Crash("n1"); err != nil {
			t.Fatal(err)
		}
		expect("after a crash", 32, 32)
		if err := m.Restart("n1"); err != nil {
			t.Fatal(err)
		}
		expect("after the return", 21, 21, 22)
		if left := m.Node("n2").Drain(t.Context()); left != 0 {
			t.Errorf("a drained node still leads %d shards", left)
		}
		if got := leads(m); got[0] != 0 || got[1]+got[2] != 64 {
			t.Errorf("after a drain the nodes lead %v shards", got)
		}
	})
}
