package workload

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/prototype/client"
	"lockstep/prototype/fault"
)

// TestSession_order: up to eight messages of a sender are under way at a time while
// leaders are cut off one after the other. In the end they stand in the order in
// which they were sent, each once.
func TestSession_order(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, cfg := start(t, 2)
		room := cfg.Conversations[0]
		awaitLeader(t, m, room, "")
		c := client.New(client.Config{Targets: client.Fixed(cfg.urls()...), Transport: cfg.Transport, AttemptTimeout: 500 * time.Millisecond})
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		s, err := c.OpenSession(ctx, room, "ann")
		if err != nil {
			t.Fatal(err)
		}
		const messages = 400
		var sending sync.WaitGroup
		places := make([]uint64, messages)
		begin := make(chan struct{})
		sending.Go(func() {
			<-begin
			var under sync.WaitGroup
			for i := range messages {
				// Calls that begin one after the other: the pause lets each take its
				// number before the next.
				under.Go(func() {
					ack, err := s.Send(ctx, fmt.Sprint(i), "x")
					if err != nil {
						t.Errorf("message %d: %v", i, err)
						return
					}
					places[i] = ack.Seq
				})
				time.Sleep(5 * time.Millisecond) // virtual time
			}
			under.Wait()
		})
		close(begin)
		random := rand.New(rand.NewPCG(1, 3))
		for range 6 {
			old := awaitLeader(t, m, room, "")
			if _, err := m.Node(old).Fault(fault.Fault{Kind: fault.Isolate}); err != nil {
				t.Fatal(err)
			}
			awaitLeader(t, m, room, old)
			time.Sleep(time.Duration(random.IntN(200)) * time.Millisecond)
			m.Node(old).Heal()
			time.Sleep(100 * time.Millisecond)
		}
		sending.Wait()
		for i, seq := range places {
			if seq != uint64(i+1) {
				t.Fatalf("message %d stands at %d, want %d", i, seq, i+1)
			}
		}
	})
}
