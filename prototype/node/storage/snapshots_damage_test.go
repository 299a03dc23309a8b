package storage

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/hashicorp/raft"
)

// TestDiskStores_snapshot_meta flips every bit of what a snapshot says of itself. Who
// the members are must not change unseen.
func TestDiskStores_snapshot_meta(t *testing.T) {
	open := DiskStores(t.TempDir(), WAL, slog.New(slog.DiscardHandler))
	stores, err := open(0)
	if err != nil {
		t.Fatal(err)
	}
	_, transport := raft.NewInmemTransport("n1:raft")
	members := raft.Configuration{Servers: []raft.Server{{ID: "n1", Address: "n1:raft"}, {ID: "n2", Address: "n2:raft"}}}
	sink, err := stores.Snapshots.Create(raft.SnapshotVersionMax, 9, 2, members, 1, transport)
	if err != nil {
		t.Fatal(err)
	}
	_, err = fmt.Fprint(sink, "state")
	path := filepath.Join(stores.Volume.Path(), "snapshots", sink.ID(), "meta.json")
	if err := errors.Join(err, sink.Close(), stores.Close()); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 8 * len(whole) {
		flipped := append([]byte(nil), whole...)
		flipped[i/8] ^= 1 << (i % 8)
		if err := os.WriteFile(path, flipped, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := checkSnapshot(filepath.Dir(path), 2, 9); !errors.Is(err, ErrCorrupt) {
			t.Fatalf("bit %d flipped: %v\n%s", i, err, flipped)
		}
	}
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := open(0)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}
