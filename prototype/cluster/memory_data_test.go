package cluster

import (
	"fmt"
	"testing"
	"testing/synctest"

	"lockstep/prototype/node"
)

// TestMemory_data: what is done to the data of a follower that is down shows in what
// it holds when it is back alone, and the others fill it again.
func TestMemory_data(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(m *Memory, id string) error
		want   func(held, old uint64) bool // of a start on what is left
	}{
		"untouched":  {func(*Memory, string) error { return nil }, func(held, old uint64) bool { return held > old }},
		"cut log":    {func(m *Memory, id string) error { return m.CutLog(id, 0) }, func(held, old uint64) bool { return held < old }},
		"lost shard": {func(m *Memory, id string) error { return m.LoseShard(id, 0) }, func(held, _ uint64) bool { return held == 0 }},
		"roll back":  {func(m *Memory, id string) error { return m.RestoreData(id) }, func(held, old uint64) bool { return held == old }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := start(t, func(c *node.Config) { c.Shards = 1 })
				for i := range 20 {
					send(t, m, fmt.Sprint(i, "-a"))
				}
				victim := m.IDs()[0]
				if awaitLeader(t, m, "") == victim {
					victim = m.IDs()[1]
				}
				held := func() uint64 {
					s := m.disks[victim].stores[0]
					last, _ := s.LastIndex()
					return last
				}
				if err := m.CutLog(victim, 0); err == nil {
					t.Error("the log of a node that runs was cut")
				}
				agree(t, m, 20) // a follower that lagged would hold less than half of its later log
				if err := m.Crash(victim); err != nil {
					t.Fatal(err)
				}
				if err := m.CopyData(victim); err != nil {
					t.Fatal(err)
				}
				old := held()
				if err := m.Restart(victim); err != nil {
					t.Fatal(err)
				}
				for i := range 5 {
					send(t, m, fmt.Sprint(i, "-b"))
				}
				agree(t, m, 25)
				if err := m.Crash(victim); err != nil {
					t.Fatal(err)
				}
				if err := tt.change(m, victim); err != nil {
					t.Fatal(err)
				}
				if !tt.want(held(), old) {
					t.Errorf("it holds %d entries and held %d when the copy was made", held(), old)
				}
				if err := m.Restart(victim); err != nil {
					t.Fatal(err)
				}
				agree(t, m, 25)
			})
		})
	}
}
