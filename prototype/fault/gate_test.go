package fault_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"lockstep/prototype/fault"
)

// TestGate: who comes to a shut gate waits until it opens, until its context ends,
// or until the node does.
func TestGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := new(fault.Gate)
		var nobody *fault.Gate
		if nobody.Pass(t.Context()) != nil || nobody.IsShut() || g.Pass(t.Context()) != nil || g.IsShut() || g.Open() {
			t.Fatal("a new gate is not open")
		}
		if !g.Shut() || g.Shut() || !g.IsShut() {
			t.Fatal("it shuts once")
		}
		ctx, cancel := context.WithCancel(t.Context())
		passed, impatient := make(chan error, 1), make(chan error, 1)
		go func() { passed <- g.Pass(context.Background()) }()
		go func() { impatient <- g.Pass(ctx) }()
		synctest.Wait()
		if len(passed)+len(impatient) > 0 {
			t.Fatal("somebody passed a shut gate")
		}
		cancel()
		if err := <-impatient; !errors.Is(err, context.Canceled) {
			t.Errorf("a context that ended: %v", err)
		}
		if !g.Open() || <-passed != nil {
			t.Error("it does not open")
		}
		g.Shut()
		go func() { passed <- g.Pass(context.Background()) }()
		synctest.Wait()
		g.End()
		if err := <-passed; !errors.Is(err, fault.ErrEnded) {
			t.Errorf("one who waits at a node that dies: %v", err)
		}
		if err := g.Pass(ctx); !errors.Is(err, fault.ErrEnded) || g.Shut() || g.Open() || g.IsShut() {
			t.Errorf("a dead node's gate moves: %v", err)
		}
	})
}
