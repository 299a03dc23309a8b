package meter

import (
	"time"

	"github.com/hashicorp/raft"
)

// Meter counts nothing in the browser, where nobody scrapes.
type Meter struct{}

func New() *Meter                  { return &Meter{} }
func (*Meter) Shard(string) *Shard { return &Shard{} }
func (*Meter) Refused(_, _ string) {}

// Shard counts nothing either.
type Shard struct{}

func (*Shard) Batch(int)                           {}
func (*Shard) Timed(s raft.LogStore) raft.LogStore { return s }
func (*Shard) Proposed(time.Duration)              {}

func (*Shard) Flushed(func() bool) func([]*raft.Log, time.Time, time.Time) { return nil }
func (*Shard) Passage(uint64) Passage                                      { return Passage{} }
func (*Shard) Won(bool)                                                    {}
func (*Shard) Stalled(bool, time.Duration)                                 {}

func (*Shard) Snapshots(s raft.SnapshotStore) raft.SnapshotStore { return s }

func (*Shard) Committed([]*raft.Log, func() (uint64, bool)) Applying { return Applying{} }

// Passage has no times.
type Passage struct{ Appended, Flushed, Committed, Durable, Applied time.Time }

// Applying measures nothing.
type Applying struct{}

func (*Applying) Durable() {}
func (*Applying) Applied() {}
