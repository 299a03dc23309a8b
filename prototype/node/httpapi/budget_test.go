package httpapi

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/node/outcome"
)

// TestShare_await: a request waits for its own client as long as it takes, and for
// the others for a while.
func TestShare_await(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(100)
		s, _ := b.share(0)
		s.limit = 60
		other, _ := b.share(50)
		if err := s.await(t.Context(), 50); err != nil {
			t.Fatalf("what there is room for: %v", err)
		}
		begun := time.Now()
		waited := make(chan *outcome.Error, 1)
		go func() { waited <- s.await(t.Context(), 20) }() // beyond its own limit
		time.Sleep(time.Hour)
		s.shrink(30)
		if err := <-waited; err != nil || time.Since(begun) != time.Hour {
			t.Errorf("after its own client made room: %v, %s", err, time.Since(begun))
		}
		if err := other.grow(10); err != nil {
			t.Fatal(err)
		}
		begun = time.Now()
		if err := s.await(t.Context(), 20); err == nil || err.Outcome != api.Fail || err.RetryAfter == 0 || time.Since(begun) != budgetPatience {
			t.Errorf("while others hold the rest: %v after %s", err, time.Since(begun))
		}
		go func() { waited <- s.await(t.Context(), 20) }()
		time.Sleep(budgetPatience / 2)
		other.end()
		if err := <-waited; err != nil {
			t.Errorf("after another has ended: %v", err)
		}
		ended, end := context.WithCancel(t.Context())
		go func() { waited <- s.await(ended, 40) }()
		synctest.Wait()
		end()
		if err := <-waited; err == nil {
			t.Error("a request that has ended waits on")
		}
		s.end()
		if b.free != 100 {
			t.Errorf("%d of 100 bytes are free after all have ended", b.free)
		}
	})
}
