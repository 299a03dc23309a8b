package storage

import (
	"errors"

	"github.com/hashicorp/raft"

	"lockstep/prototype/node/disk"
)

// NewWatchedSnapshots tells health when a snapshot cannot be written. The library logs
// it and goes on without one, and the log grows. ask is called before each write, with
// its bytes, and may refuse it; see fault.Disk.
func NewWatchedSnapshots(store raft.SnapshotStore, health *disk.Health, ask func(bytes int) error) raft.SnapshotStore {
	return watchedSnapshots{store, health, ask}
}

type watchedSnapshots struct {
	raft.SnapshotStore
	health *disk.Health
	ask    func(bytes int) error
}

func (s watchedSnapshots) Create(version raft.SnapshotVersion, index, term uint64, members raft.Configuration, membersIndex uint64, transport raft.Transport) (raft.SnapshotSink, error) {
	err := s.ask(0)
	var sink raft.SnapshotSink
	if err == nil {
		sink, err = s.SnapshotStore.Create(version, index, term, members, membersIndex, transport)
	}
	if err != nil {
		s.health.Failed(disk.PartSnapshots, err)
		return nil, err
	}
	return &watchedSink{SnapshotSink: sink, store: s}, nil
}

type watchedSink struct {
	raft.SnapshotSink
	store watchedSnapshots
	err   error // of an earlier write
}

func (s *watchedSink) Write(data []byte) (n int, err error) {
	if err = s.store.ask(len(data)); err == nil {
		n, err = s.SnapshotSink.Write(data)
	}
	if err != nil {
		s.err = err
		s.store.health.Failed(disk.PartSnapshots, err)
	}
	return n, err
}

// Close does not keep a snapshot of which a part could not be written.
func (s *watchedSink) Close() error {
	if s.err != nil {
		return errors.Join(s.err, s.SnapshotSink.Cancel())
	}
	if err := s.SnapshotSink.Close(); err != nil {
		s.store.health.Failed(disk.PartSnapshots, err)
		return err
	}
	s.store.health.Works(disk.PartSnapshots)
	return nil
}
