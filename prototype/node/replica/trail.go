package replica

import (
	"sync"

	"lockstep/prototype/order"
)

// trail is the fingerprints of a replica's state at the newest indexes that it has
// applied. Two replicas that applied the same entries have the same fingerprint
// at the same index, so one that hears the leader's knows whether it holds the
// leader's history.
type trail struct {
	mu    sync.Mutex
	steps [trailSize]order.State
	next  int
}

// trailSize is how many indexes a replica may be ahead of the one that it is asked
// about.
const trailSize = 1024

func (t *trail) add(s order.State) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.steps[t.next%trailSize] = s
	t.next++
}

// restart begins anew at a state that was reached at once.
func (t *trail) restart(s order.State) {
	t.mu.Lock()
	t.steps, t.next = [trailSize]order.State{}, 0
	t.mu.Unlock()
	t.add(s)
}

// newest is where the replica has come.
func (t *trail) newest() order.State {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.next == 0 {
		return order.State{}
	}
	return t.steps[(t.next-1)%trailSize]
}

// at gives the fingerprint at an index, if it is still known.
func (t *trail) at(index uint64) (order.Fingerprint, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := t.next - 1; i >= 0 && i >= t.next-trailSize; i-- {
		switch s := t.steps[i%trailSize]; {
		case s.Index == index:
			return s.Fingerprint, true
		case s.Index < index:
			return order.Fingerprint{}, false
		}
	}
	return order.Fingerprint{}, false
}
