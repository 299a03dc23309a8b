package storage

import (
	"fmt"

	"github.com/hashicorp/raft"
)

// DropOvertaken empties a log that ends before the newest snapshot, which holds
// all that the log did. Two crashes leave one behind: in the moment between the
// arrival of a leader's snapshot and the clearing of the log that it replaces, and
// of a lazy log that had not flushed what a snapshot already held. The library
// would go on behind the snapshot, and so leave a hole in the log, which a store
// refuses.
func DropOvertaken(log raft.LogStore, snapshots raft.SnapshotStore) error {
	newest, err := snapshots.List()
	if err != nil {
		return fmt.Errorf("look for snapshots: %w", err)
	}
	first, err := log.FirstIndex()
	if err != nil {
		return fmt.Errorf("read log: %w", err)
	}
	last, err := log.LastIndex()
	if err != nil {
		return fmt.Errorf("read log: %w", err)
	}
	if len(newest) == 0 || last == 0 || last >= newest[0].Index {
		return nil
	}
	if err := log.DeleteRange(first, last); err != nil {
		return fmt.Errorf("clear a log that ends before the snapshot: %w", err)
	}
	return nil
}
