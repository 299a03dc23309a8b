package order

import (
	"testing"

	"pgregory.net/rapid"
)

// TestIDs compares the table with a map, with hashes that collide as they please.
func TestIDs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table, want := newIDs(), map[uint64]uint64{} // hash by seq
		next := uint64(0)
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			if rapid.IntRange(0, 2).Draw(t, "add") > 0 {
				next++
				hash := rapid.Uint64Range(0, 40).Draw(t, "hash") * rapid.SampledFrom([]uint64{1, 16, 1 << 60}).Draw(t, "stride")
				table.add(hash, next)
				want[next] = hash
			} else if len(want) > 0 {
				seq := rapid.Uint64Range(1, next).Draw(t, "seq")
				table.remove(want[seq], seq)
				delete(want, seq)
			}
			for seq, hash := range want {
				if got := table.find(hash, func(s uint64) bool { return s == seq }); got != seq {
					t.Fatalf("find(%d) = %d, want %d", hash, got, seq)
				}
			}
			if table.used != len(want) {
				t.Fatalf("%d in use, want %d", table.used, len(want))
			}
		}
	})
}
