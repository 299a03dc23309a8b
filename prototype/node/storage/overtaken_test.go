package storage

import (
	"log/slog"
	"testing"

	"github.com/hashicorp/raft"
)

// TestDropOvertaken: a log that ends before the newest snapshot is emptied, on the
// stores that nodes use, and takes entries behind the snapshot then. One that
// reaches the snapshot is left alone.
func TestDropOvertaken(t *testing.T) {
	for _, kind := range LogStores {
		t.Run(string(kind), func(t *testing.T) {
			stores, err := DiskStores(t.TempDir(), kind, slog.New(slog.DiscardHandler))(0)
			if err != nil {
				t.Fatal(err)
			}
			defer stores.Close()
			snapshotAt := func(index uint64) {
				t.Helper()
				sink, err := stores.Snapshots.Create(1, index, 1, raft.Configuration{}, 1, nil)
				if err != nil {
					t.Fatal(err)
				}
				if err := sink.Close(); err != nil {
					t.Fatal(err)
				}
			}
			last := func() uint64 {
				t.Helper()
				if err := DropOvertaken(stores.Log, stores.Snapshots); err != nil {
					t.Fatal(err)
				}
				last, err := stores.Log.LastIndex()
				if err != nil {
					t.Fatal(err)
				}
				return last
			}
			if err := stores.Log.StoreLogs(entries(1, 1, 8)); err != nil {
				t.Fatal(err)
			}
			if l := last(); l != 8 {
				t.Errorf("without a snapshot the log ends at %d, want 8", l)
			}
			snapshotAt(8)
			if l := last(); l != 8 {
				t.Errorf("with a snapshot of all of it the log ends at %d, want 8", l)
			}
			snapshotAt(10)
			if l := last(); l != 0 {
				t.Errorf("behind a newer snapshot the log ends at %d, want 0", l)
			}
			if err := stores.Log.StoreLogs(entries(1, 11, 12)); err != nil {
				t.Errorf("the entries after the snapshot: %v", err)
			}
		})
	}
}
