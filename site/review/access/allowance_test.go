package access

import (
	"testing"
	"time"
)

func TestAllowance(t *testing.T) {
	c := &clock{now: time.Unix(1e9, 0)}
	a := NewAllowance(0.1, 500*time.Millisecond, c.Now)
	ada, bob := Actor{ID: "ada"}, Actor{ID: "bob"}
	wait, done := a.Begin(ada)
	if wait != 0 {
		t.Fatal(wait)
	}
	done(3 * time.Second)
	if wait, _ := a.Begin(ada); wait < 24*time.Second || wait > 31*time.Second {
		t.Errorf("after three seconds of work, a tenth of a processor: wait %v", wait)
	}
	if wait, _ := a.Begin(bob); wait != 0 {
		t.Errorf("somebody else waits %v", wait)
	}
	c.add(31 * time.Second)
	if wait, _ := a.Begin(ada); wait != 0 {
		t.Errorf("half a minute later: wait %v", wait)
	}
	atOnce := 0
	for ; atOnce < 1000; atOnce++ {
		if wait, _ := a.Begin(Actor{ID: "cy"}); wait > 0 {
			break
		}
	}
	if atOnce > 50 {
		t.Errorf("%d at once, before any has ended", atOnce)
	}
}
