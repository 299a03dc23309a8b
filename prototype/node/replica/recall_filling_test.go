package replica

import (
	"errors"
	"testing"

	"github.com/hashicorp/raft"

	"lockstep/prototype/node/folder"
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
		admitted  folder.Mark
		forgotten bool
	}{{folder.Mark{Term: 5, Index: 10}, true}, {folder.Mark{Term: 5, Index: 9}, false}, {folder.Mark{Term: 4, Index: 9}, true}} {
		p, err := recall(store, store, snapshots, folder.Promise{Filling: &tt.admitted})
		if err != nil {
			t.Fatal(err)
		}
		if got := p.forgotten() != ""; got != tt.forgotten {
			t.Errorf("admitted by %+v, with a log up to 9 of term 5: forgotten %v, want %v", tt.admitted, got, tt.forgotten)
		}
	}
}
