//go:build !js

package node

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/hashicorp/raft"
	boltdb "github.com/hashicorp/raft-boltdb/v2"
)

// DiskStores keep each shard in a folder of dir: log, term and vote in one bolt
// file that is flushed at every write, snapshots beside it.
func DiskStores(dir string, logger *slog.Logger) OpenStores {
	return func(shard int) (Stores, error) {
		folder := filepath.Join(dir, fmt.Sprintf("shard-%d", shard))
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return Stores{}, fmt.Errorf("open stores: %w", err)
		}
		bolt, err := boltdb.New(boltdb.Options{Path: filepath.Join(folder, "raft.db"), MsgpackUseNewTimeFormat: true})
		if err != nil {
			return Stores{}, fmt.Errorf("open log of shard %d: %w", shard, err)
		}
		snapshots, err := raft.NewFileSnapshotStoreWithLogger(folder, 2, hclogger(logger))
		if err != nil {
			bolt.Close()
			return Stores{}, fmt.Errorf("open snapshots of shard %d: %w", shard, err)
		}
		return Stores{Log: bolt, Stable: bolt, Snapshots: snapshots, Closer: bolt}, nil
	}
}
