package node

import (
	"errors"
	"testing"

	"github.com/hashicorp/raft"
)

// TestRecall_filling: a replica that was being filled when it stopped, and does not
// hold the entry that admitted it, has to be admitted again.
func TestRecall_filling(t *testing.T) {
	store := raft.NewInmemStore()
	if err := errors.Join(store.StoreLog(&raft.Log{Index: 9, Term: 5}), store.SetUint64([]byte("CurrentTerm"), 5)); err != nil {
		t.Fatal(err)
	}
	snapshots := raft.NewInmemSnapshotStore()
	for _, tt := range []struct {
		admitted  mark
		forgotten bool
	}{{mark{5, 10}, true}, {mark{5, 9}, false}, {mark{4, 9}, true}} {
		p, err := recall(store, store, snapshots, promise{Filling: &tt.admitted})
		if err != nil {
			t.Fatal(err)
		}
		if got := p.forgotten() != ""; got != tt.forgotten {
			t.Errorf("admitted by %+v, with a log up to 9 of term 5: forgotten %v, want %v", tt.admitted, got, tt.forgotten)
		}
	}
}
