package order

import (
	"testing"

	"pgregory.net/rapid"
)

// TestMemory compares the memory with a map and a list, with keys that are few, so
// that many share a home and places are used again and again.
func TestMemory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMemory()
		m.seed = [2]uint64{} // every key at the same home
		if rapid.Bool().Draw(t, "spread") {
			m.seed = [2]uint64{0x9E3779B97F4A7C15, 0xD1B54A32D192ED03}
		}
		var order []key
		place := map[key]uint64{}
		next := uint64(0)
		for range rapid.IntRange(1, 120).Draw(t, "steps") {
			burst := rapid.SampledFrom([]int{1, 1, 1, 40, 700}).Draw(t, "burst")
			add := rapid.IntRange(0, 2).Draw(t, "add") > 0
			for range burst {
				if add {
					next++
					k := key{next % 7, next}
					m.add(remembered{label: label{key: k}, seq: next, time: uint32(next)}, next/100)
					order, place[k] = append(order, k), next
				} else if len(order) > 0 {
					if got := m.forget(); uint64(got) != place[order[0]] {
						t.Fatalf("forgot the one of %d, want %d", got, place[order[0]])
					}
					delete(place, order[0])
					order = order[1:]
				}
			}
			if m.count() != uint64(len(order)) {
				t.Fatalf("%d are remembered, want %d", m.count(), len(order))
			}
		}
		for n := uint64(1); n <= next; n++ {
			e := m.find(key{n % 7, n})
			switch seq, known := place[key{n % 7, n}]; {
			case known != (e != nil):
				t.Fatalf("%d is remembered: %t, want %t", n, e != nil, known)
			case known && (e.seq != seq || m.epoch(e) != n/100):
				t.Fatalf("%d is at %d in epoch %d", n, e.seq, m.epoch(e))
			}
		}
	})
}
