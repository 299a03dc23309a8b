package cluster

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// TestMemory_quick_restart: a leader that dies and is back before anybody has
// missed it leads no more, says so, and is replaced as quickly as one that stays
// away.
func TestMemory_quick_restart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := start(t, nil)
		var worst time.Duration
		for i := range 20 {
			old := awaitLeader(t, m, "")
			send(t, m, fmt.Sprint(i, "-a"))
			time.Sleep(500 * time.Millisecond)
			began := time.Now()
			if err := m.Crash(old); err != nil {
				t.Fatal(err)
			}
			time.Sleep(20 * time.Millisecond)
			if err := m.Restart(old); err != nil {
				t.Fatal(err)
			}
			send(t, m, fmt.Sprint(i, "-b"))
			worst = max(worst, time.Since(began))
			time.Sleep(500 * time.Millisecond)
		}
		t.Logf("slowest: %s", worst)
		if worst > 500*time.Millisecond {
			t.Errorf("it took %s", worst)
		}
	})
}
