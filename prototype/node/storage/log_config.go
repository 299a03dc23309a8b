package storage

import (
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/node/disk"
)

// LogConfig says how a log treats its store, and whom it asks.
type LogConfig struct {
	// HungAfter is how long a flush may take before the disk counts as hung.
	HungAfter time.Duration
	// Hung is called when a flush takes too long or has failed, and again when the log
	// can be written after all. It must be set, and must not block.
	Hung func(hung bool)
	// Lazy is the time between two flushes of a lazy log. 0: entries are flushed at
	// once, and nothing is said of them before.
	Lazy time.Duration
	// Flushed hears when entries were accepted, and when they were on disk, before anybody
	// hears that they are. It may be nil, and must not block.
	Flushed func(entries []*raft.Log, since, now time.Time)
	// Health hears of writes that failed, and knows when there is room again. nil: every
	// error of the store is final.
	Health *disk.Health
	// Reopen closes the store and opens it again, after a write that found no room; nil
	// for one whose failed writes leave it as it was. raft-wal needs it: after a segment
	// that could not be created it refuses every write.
	Reopen func() error
	// MayCut is asked before the tail is deleted from an entry on, and BeforeCut before
	// that reaches the disk; an error of MayCut refuses the deletion, and one of
	// BeforeCut ends the log. nil: nobody is asked.
	MayCut    func(from uint64) error
	BeforeCut func() error
}
