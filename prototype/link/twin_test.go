package link

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// beat lets a node be heard by a peer, until the test or the node ends.
func beat(t *testing.T, m *opened, to string) (stop func()) {
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		ticker := time.NewTicker(30 * time.Millisecond)
		defer ticker.Stop()
		for !m.isClosed() {
			m.Send(to, echoed, nil)
			select {
			case <-ticker.C:
			case <-ctx.Done():
				return
			}
		}
	}()
	return stop
}

// lockedOut is how long at most a node waits to be let in that is the only one left of
// its name, or the one at the known address.
const lockedOut = 500 * time.Millisecond

// letIn says whether a node is answered by b before it has waited too long.
func letIn(t *testing.T, m *opened) {
	t.Helper()
	began := time.Now()
	answers(t, m, "b")
	if took := time.Since(began); took > lockedOut {
		t.Errorf("it is let in after %s", took)
	}
}

// ignored says whether b answers nothing of a node for a while, though the connections
// of the other one of its name break.
func ignored(t *testing.T, m, b *opened) {
	t.Helper()
	for i := range 500 {
		time.Sleep(7 * time.Millisecond) // virtual time
		if i%20 == 0 {
			b.Disconnect("a")
		}
		if _, err := m.Call(t.Context(), "b", echoed, nil); !errors.Is(err, ErrUnreachable) {
			t.Fatalf("the call ends with %v", err)
		}
	}
}

// TestTwin: what a second process of a name says has no effect while the first one is
// heard, and both ends are told. When the first one has ended or is silent, the second
// is let in; the one at the known address is preferred, whoever was there first.
func TestTwin(t *testing.T) {
	addresses := map[string]string{"a": "a", "b": "b"}
	run := func(name string, test func(t *testing.T, start func(self, address string) *opened)) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				network := &pipes{}
				test(t, func(self, address string) *opened {
					return open(t, Config{Self: self, Address: address, Network: network}, addresses)
				})
			})
		})
	}
	run("both run", func(t *testing.T, start func(string, string) *opened) {
		a, b := start("a", "a"), start("b", "b")
		beat(t, a, "b")
		beat(t, b, "a")
		letIn(t, a)
		twin := start("a", "elsewhere")
		ignored(t, twin, b)
		if _, err := a.Call(t.Context(), "b", echoed, nil); err != nil {
			t.Errorf("the first one is not answered any more: %v", err)
		}
		for _, m := range []*opened{b, twin} {
			other := map[*opened]string{b: "a", twin: "b"}[m]
			r := m.Refusals()
			if len(r) != 1 || r[0].Peer != other || r[0].By != "b" || r[0].Reason != ReasonName || !strings.Contains(r[0].Detail, "must not have one name") {
				t.Errorf("%s tells of the refusals %+v", m.cfg.Address, r)
			}
			if said := m.log.String(); !strings.Contains(said, "level=WARN") || !strings.Contains(said, "must not have one name") {
				t.Errorf("%s logs %q", m.cfg.Address, said)
			}
			if m.count(other, ReasonName) == 0 {
				t.Errorf("%s counts %v", m.cfg.Address, m.counted)
			}
		}
		if r := a.Refusals(); len(r) != 0 {
			t.Errorf("the first one is refused: %+v", r)
		}
		a.Close()
		letIn(t, twin)
		again := start("a", "a")
		beat(t, again, "b")
		letIn(t, again)
		ignored(t, twin, b)
	})
	run("the first is silent", func(t *testing.T, start func(string, string) *opened) {
		a, b := start("a", "a"), start("b", "b")
		stop := beat(t, a, "b")
		letIn(t, a)
		stop()
		moved := start("a", "elsewhere")
		letIn(t, moved)
		beat(t, a, "b")
		beat(t, b, "a")
		letIn(t, a)
		ignored(t, moved, b)
	})
	run("a restart at once", func(t *testing.T, start func(string, string) *opened) {
		a, b := start("a", "a"), start("b", "b")
		beat(t, b, "a")
		for range 20 {
			beat(t, a, "b")
			letIn(t, a)
			a.Close()
			a = start("a", "a")
		}
		letIn(t, a)
		if n := b.count("a", ReasonName); n != 0 {
			t.Errorf("%d times it was taken for a second one", n)
		}
	})
	run("a restart that nobody notices", func(t *testing.T, start func(string, string) *opened) {
		a, b := start("a", "a"), start("b", "b")
		stop := beat(t, a, "b")
		letIn(t, a)
		answers(t, b, "a")
		stop() // it is gone, and its connections hang
		letIn(t, start("a", "a"))
	})
}
