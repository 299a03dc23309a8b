package node

import (
	"math/rand/v2"
	"testing"
)

// TestArrivals: however the network shuffles and repeats, each number is taken at
// most once, those that are taken grow, and only what never came before is said to
// be overtaken.
func TestArrivals(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 3))
		a := newArrivals()
		been, taken := map[uint64]bool{}, uint64(0)
		for i := range uint64(500) {
			number := i + 1 - min(i, random.Uint64N(80))
			switch a.take("n2", ticket{run: 7, number: number}) {
			case inOrder:
				if number <= taken {
					t.Fatalf("seed %d: %d is taken after %d", seed, number, taken)
				}
				taken = number
			case overtaken:
				if been[number] {
					t.Fatalf("seed %d: %d was here before and is called overtaken", seed, number)
				}
			case stale:
				if !been[number] && taken-number < 64 {
					t.Fatalf("seed %d: %d was never here, and is not old", seed, number)
				}
			}
			been[number] = true
		}
	}
}

// TestArrivals_restart: a node that starts again begins anew, and what it had
// sent before its end comes too late.
func TestArrivals_restart(t *testing.T) {
	a := newArrivals()
	for _, step := range []struct {
		ticket
		want arrival
	}{
		{ticket{run: 1, number: 5}, inOrder},
		{ticket{run: 2, number: 1}, inOrder},
		{ticket{run: 1, number: 6}, stale},
		{ticket{run: 2, number: 2}, inOrder},
		{ticket{run: 2, number: 2}, stale},
	} {
		if got := a.take("n2", step.ticket); got != step.want {
			t.Errorf("%+v: %d, want %d", step.ticket, got, step.want)
		}
	}
	if got := a.take("n3", ticket{run: 2, number: 1}); got != inOrder {
		t.Errorf("another node's first: %d", got)
	}
}
