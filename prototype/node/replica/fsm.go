package replica

import (
	"errors"
	"fmt"
	"io"

	"github.com/hashicorp/raft"

	"lockstep/prototype/mutant"
	"lockstep/prototype/node/meter"
	"lockstep/prototype/node/presence"
	"lockstep/prototype/node/storage"
	"lockstep/prototype/order"
)

// fsm puts committed entries into the shard's machine.
type fsm struct {
	machine *order.Machine
	log     *storage.Log
	applied presence.Signal // after each batch, for those who wait for an index or a seq
	spread  func()          // called after each batch
	meter   *meter.Shard
	trail   trail
	lazy    bool                // its history may fork: that is what it shows
	forked  func(reason string) // called when a snapshot contradicts what was applied
	keep    func()              // called after each batch, to have promises written; may be nil
	leads   func() (term uint64, leads bool)
}

var (
	_ raft.FSM         = (*fsm)(nil)
	_ raft.BatchingFSM = (*fsm)(nil)
)

// Apply gives []order.Result, or an error for an entry that was not applied.
func (f *fsm) Apply(entry *raft.Log) any { return f.ApplyBatch([]*raft.Log{entry})[0] }

// ApplyBatch is Apply for many entries, with one wake-up of the waiters. It
// waits until this disk holds the entries; see [storage.Log].
func (f *fsm) ApplyBatch(entries []*raft.Log) []any {
	results := make([]any, len(entries))
	applying := f.meter.Committed(entries, f.leads)
	if err := f.log.AwaitDurable(entries[len(entries)-1].Index); err != nil {
		for i := range results {
			results[i] = err
		}
		return results
	}
	applying.Durable()
	for i, entry := range entries {
		results[i] = f.apply(entry)
		f.trail.add(f.machine.State())
	}
	applying.Applied()
	f.applied.Notify()
	f.spread()
	if f.keep != nil {
		f.keep()
	}
	return results
}

// apply never skips an entry that it cannot read: this replica would differ from
// those that can. It ends the process instead, and says why.
func (f *fsm) apply(entry *raft.Log) any {
	if entry.Type != raft.LogCommand {
		f.machine.Skip(entry.Index)
		return nil
	}
	batch, err := order.DecodeBatch(entry.Data)
	if err != nil {
		panic(fmt.Sprintf("apply entry %d: %v: this version cannot read what the cluster has committed", entry.Index, err))
	}
	f.meter.Batch(len(batch.Commands))
	results := f.machine.Apply(entry.Index, entry.Term, batch)
	for i := range results {
		if mutant.On(mutant.SeqFromLogIndex) {
			results[i].Seq = entry.Index
		}
		if mutant.On(mutant.DuplicateUnsaid) {
			results[i].Duplicate = false
		}
		if mutant.On(mutant.EpochOfTheRetry) {
			results[i].Epoch = entry.Term
		}
	}
	return results
}

// Snapshot takes a copy of slice headers; see order.Machine.Snapshot.
func (f *fsm) Snapshot() (raft.FSMSnapshot, error) { return snapshot{f.machine.Snapshot()}, nil }

// Restore replaces the state, and leaves it alone if the snapshot is damaged, or
// lacks what was applied here.
func (f *fsm) Restore(r io.ReadCloser) error {
	defer r.Close()
	restore := f.machine.Continue
	if f.lazy {
		restore = f.machine.Restore
	}
	err := restore(r)
	if errors.Is(err, order.ErrForked) {
		f.forked(err.Error())
	}
	if err != nil {
		return fmt.Errorf("restore snapshot: %w", err)
	}
	f.log.Superseded(true)
	f.trail.restart(f.machine.State())
	f.applied.Notify()
	return nil
}

type snapshot struct{ *order.Snapshot }

func (s snapshot) Persist(sink raft.SnapshotSink) error {
	if err := s.Write(sink); err != nil {
		sink.Cancel()
		return err
	}
	return sink.Close()
}

func (snapshot) Release() {}
