package cluster

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/prototype/node"
	"lockstep/prototype/order"
)

// TestMemory_Drain_stall: in a rolling restart each node hands its leads over
// before it ends. No send that is under way meanwhile takes longer than 30 ms, in
// virtual time with flushes of 1 ms: nothing waits for a timer.
func TestMemory_Drain_stall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, err := NewMemoryOn(3, time.Millisecond, func(c *node.Config) { c.BalanceAfter = time.Second })
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		awaitLeader(t, m, "")
		time.Sleep(3 * time.Second) // the leads are spread
		var mu sync.Mutex
		var took []time.Duration
		draining := false
		stop := make(chan struct{})
		var senders sync.WaitGroup
		for s := range 8 {
			senders.Go(func() {
				room := fmt.Sprintf("room-%d", s)
				for i := 0; ; i++ {
					select {
					case <-stop:
						return
					default:
					}
					began := time.Now()
					for attempt := s; ; attempt++ {
						n := m.Node(m.IDs()[attempt%3])
						if n == nil {
							continue
						}
						_, err := n.Submit(t.Context(), room, []order.Command{{Conversation: room, ID: fmt.Sprint(i), Sender: "ann", Body: "hello"}})
						if err == nil {
							break
						}
						time.Sleep(time.Millisecond)
					}
					pause := 50 * time.Millisecond
					mu.Lock()
					if draining {
						took = append(took, time.Since(began))
						pause = time.Millisecond
					}
					mu.Unlock()
					time.Sleep(pause)
				}
			})
		}
		during := func(yes bool) {
			mu.Lock()
			defer mu.Unlock()
			draining = yes
		}
		for range 4 {
			for _, id := range m.IDs() {
				during(true)
				time.Sleep(60 * time.Millisecond)
				if left := m.Node(id).Drain(t.Context()); left != 0 {
					t.Fatalf("%s still leads %d shards", id, left)
				}
				time.Sleep(20 * time.Millisecond)
				during(false)
				if err := m.Crash(id); err != nil {
					t.Fatal(err)
				}
				time.Sleep(100 * time.Millisecond)
				if err := m.Restart(id); err != nil {
					t.Fatal(err)
				}
				time.Sleep(3 * time.Second)
			}
		}
		close(stop)
		senders.Wait()
		slices.Sort(took)
		longest := took[len(took)-1]
		t.Logf("%d sends: p50 %s, p99 %s, longest %s", len(took), took[len(took)/2], took[len(took)*99/100], longest)
		if len(took) < 300 || longest > 30*time.Millisecond {
			t.Errorf("the longest of %d sends during handovers took %s", len(took), longest)
		}
	})
}
