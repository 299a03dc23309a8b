//go:build !js

package meter

import (
	"testing"
	"time"

	"github.com/hashicorp/raft"
)

// TestCommitted: only a leader's own entries tell since when they are on their way; those
// of the leader before it carry the time of another clock, and no commands are no sends.
func TestCommitted(t *testing.T) {
	s := New().Shard("0")
	old := time.Now().Add(-time.Hour)
	entries := []*raft.Log{
		{Type: raft.LogCommand, Term: 1, AppendedAt: old},
		{Type: raft.LogNoop, Term: 2, AppendedAt: old},
		{Type: raft.LogCommand, Term: 2, AppendedAt: time.Now()},
	}
	for _, leads := range []bool{false, true} {
		a := s.Committed(entries, func() (uint64, bool) { return 2, leads })
		a.Durable()
		a.Applied()
	}
	for name, d := range map[string]*Duration{"quorum": s.quorum, "apply": s.apply} {
		count := uint64(0)
		for i := range d.counts {
			count += d.counts[i].Load()
		}
		if sum := time.Duration(d.sum.Load()); count != 1 || sum > time.Minute {
			t.Errorf("%s: %d entries with %s, want the one of the present lead", name, count, sum)
		}
	}
}
