package replica

import (
	"testing"

	"lockstep/prototype/order"
)

// TestTrail_at: a replica knows the fingerprints of its newest indexes, as many as
// it keeps, and says of no other index that it does.
func TestTrail_at(t *testing.T) {
	for _, steps := range []int{0, 1, 2, trailSize - 1, trailSize, trailSize + 1, 2*trailSize + 3} {
		var tr trail
		state := func(i int) order.State {
			return order.State{Index: uint64(10 + 2*i), Fingerprint: order.Fingerprint{byte(i), byte(i >> 8), 1}}
		}
		for i := range steps {
			tr.add(state(i))
		}
		if steps > 0 && tr.newest() != state(steps-1) || steps == 0 && tr.newest() != (order.State{}) {
			t.Errorf("after %d steps the newest is %v", steps, tr.newest())
		}
		for i := -1; i <= steps; i++ {
			kept := i >= 0 && i < steps && i >= steps-trailSize
			got, ok := tr.at(state(i).Index)
			if ok != kept || ok && got != state(i).Fingerprint {
				t.Errorf("after %d steps, step %d: %v, %v", steps, i, got, ok)
			}
			// No entry changed the state at an index between two.
			if _, ok := tr.at(state(i).Index + 1); ok {
				t.Errorf("after %d steps, behind step %d: known", steps, i)
			}
		}
		tr.restart(state(77))
		if _, ok := tr.at(state(steps - 1).Index); ok || tr.newest() != state(77) {
			t.Errorf("after %d steps and a restart: %v is the newest, the last step known %v", steps, tr.newest(), ok)
		}
		if got, ok := tr.at(state(77).Index); !ok || got != state(77).Fingerprint {
			t.Errorf("after %d steps and a restart: %v, %v", steps, got, ok)
		}
	}
}
