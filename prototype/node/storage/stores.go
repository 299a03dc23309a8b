package storage

import (
	"io"
	"sync"

	"github.com/hashicorp/raft"

	"lockstep/prototype/node/disk"
)

// Stores are where one shard of one node keeps what it must not forget. What
// they have returned from is durable.
type Stores struct {
	Log       raft.LogStore
	Stable    raft.StableStore // vote and term
	Snapshots raft.SnapshotStore
	// Volume is the disk below; nil where there is none.
	Volume disk.Volume
	// Reopen closes the log and opens it again, after a write that failed. Reads
	// wait meanwhile. nil: a failed write leaves the log as it was.
	Reopen func() error
	// Advise adds to an ErrCorrupt what to do. It may be nil.
	Advise    func(error) error
	io.Closer // may be nil
}

// OpenStores opens the stores of a shard; the node closes them. A shard that
// has been there before finds what it left.
type OpenStores func(shard int) (Stores, error)

// MemoryStores keep everything in memory. They outlive the node that uses them,
// so that a node can crash and come back: what was stored counts as flushed.
func MemoryStores() OpenStores {
	var mu sync.Mutex
	stores := make(map[int]Stores)
	return func(shard int) (Stores, error) {
		mu.Lock()
		defer mu.Unlock()
		s, ok := stores[shard]
		if !ok {
			memory := raft.NewInmemStore()
			s = Stores{Log: memory, Stable: memory, Snapshots: raft.NewInmemSnapshotStore()}
			stores[shard] = s
		}
		return s, nil
	}
}
