//go:build !js

package meter

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/raft"
)

// TestPassage: an entry's times are its own, whatever was flushed before and after it, and
// what is not known is not made up.
func TestPassage(t *testing.T) {
	s := New().Shard("0")
	leads := func() (uint64, bool) { return 2, true }
	flushed := s.Flushed(func() bool { return true })
	at := time.Now()
	after := func(n int) time.Time { return at.Add(time.Duration(n) * time.Millisecond) }
	entry := func(index uint64, appended int) *raft.Log {
		return &raft.Log{Type: raft.LogCommand, Term: 2, Index: index, AppendedAt: after(appended)}
	}
	apply := func(entries ...*raft.Log) {
		a := s.Committed(entries, leads)
		a.Durable()
		a.Applied()
	}
	flushed([]*raft.Log{entry(9, 0)}, after(0), after(1)) // and cut off: another leader had another entry 7 and no 8
	e7, e8 := entry(7, 2), entry(8, 3)
	flushed([]*raft.Log{entry(6, 2), e7}, after(2), after(5))
	flushed([]*raft.Log{e8}, after(3), after(9))
	apply(e7, e8)
	for index, want := range map[uint64]Passage{7: {Appended: after(2), Flushed: after(5)}, 8: {Appended: after(3), Flushed: after(9)}} {
		got := s.Passage(index)
		if got.Committed.IsZero() || got.Durable.Before(got.Committed) || got.Applied.Before(got.Durable) {
			t.Errorf("entry %d: %+v", index, got)
		}
		got.Committed, got.Durable, got.Applied = time.Time{}, time.Time{}, time.Time{}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("entry %d: %s", index, d)
		}
	}
	for i := range uint64(passagesKept) {
		e := entry(100+i, 10)
		flushed([]*raft.Log{e}, after(10), after(11))
		apply(e)
	}
	for _, index := range []uint64{1, 7, 8, 100 + passagesKept} {
		if got := s.Passage(index); got != (Passage{}) {
			t.Errorf("entry %d: %+v, of which nothing is known", index, got)
		}
	}
	if got := s.Passage(100); got.Flushed != after(11) {
		t.Errorf("the oldest that is kept: %+v", got)
	}
}
