package link

import (
	"fmt"
	"testing"
	"time"
)

// TestRefusals_bound: strangers who are refused under ever new names take the room of
// so many peers and no more; the oldest refusal goes, and one that is repeated stays.
func TestRefusals_bound(t *testing.T) {
	var r refusals
	began := time.Unix(1_800_000_000, 0)
	add := func(peer string, ms int) {
		r.add(refusalKey{peer, false}, Refusal{Peer: peer, By: "a", At: began.Add(time.Duration(ms) * time.Millisecond)})
	}
	name := func(i int) string { return fmt.Sprintf("n%03d", i) }
	for i := range refusalsOfPeers {
		add(name(i), i)
	}
	add(name(0), refusalsOfPeers) // again
	if n := len(r.newest); n != refusalsOfPeers {
		t.Errorf("%d peers are kept, want %d", n, refusalsOfPeers)
	}
	const more = 5
	for i := range more {
		add(name(refusalsOfPeers+i), refusalsOfPeers+1+i)
	}
	// n000 was repeated, n001 to n005 have gone, and the time of n006 is just over.
	list := r.list(began.Add(refusalsKept + (more+1)*time.Millisecond))
	if len(r.newest) != refusalsOfPeers || len(list) != refusalsOfPeers-1 || list[0].Peer != name(0) || list[1].Peer != name(more+2) {
		t.Errorf("%d are kept, and listed are %v", len(r.newest), list)
	}
}
