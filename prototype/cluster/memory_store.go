package cluster

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"sync"

	"github.com/hashicorp/raft"
)

// memoryStore is one shard's part of a disk.
type memoryStore struct {
	*raft.InmemStore // the log
	disk             *memoryDisk
	snapshots        *raft.InmemSnapshotStore

	mu      sync.Mutex
	values  map[string][]byte // terms, votes and whatever else the node keeps apart from its log
	numbers map[string]uint64
}

func newMemoryStore(d *memoryDisk) *memoryStore {
	return &memoryStore{InmemStore: raft.NewInmemStore(), disk: d, snapshots: raft.NewInmemSnapshotStore(), values: make(map[string][]byte), numbers: make(map[string]uint64)}
}

var (
	_ raft.LogStore    = (*memoryStore)(nil)
	_ raft.StableStore = (*memoryStore)(nil)
)

func (s *memoryStore) StoreLog(e *raft.Log) error { return s.StoreLogs([]*raft.Log{e}) }

func (s *memoryStore) StoreLogs(entries []*raft.Log) error {
	return s.disk.flush(len(entries), func(i int) error { return s.InmemStore.StoreLog(entries[i]) })
}

func (s *memoryStore) DeleteRange(min, max uint64) error {
	return s.disk.flush(1, func(int) error { return s.InmemStore.DeleteRange(min, max) })
}

func (s *memoryStore) Set(key, value []byte) error {
	flush := s.disk.insist
	if string(key) == "Promises" { // is written in the background and must not draw a power cut that is meant for the log
		flush = s.disk.aside
	}
	return flush(func(int) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.values[string(key)] = value
		return nil
	})
}

func (s *memoryStore) Get(key []byte) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if value, ok := s.values[string(key)]; ok {
		return value, nil
	}
	return nil, errors.New("not found") // the library knows it by its text
}

func (s *memoryStore) SetUint64(key []byte, value uint64) error {
	return s.disk.insist(func(int) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.numbers[string(key)] = value
		return nil
	})
}

func (s *memoryStore) GetUint64(key []byte) (uint64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.numbers[string(key)], nil
}

// copyFor gives a copy of the store for a disk. Nobody may be using the store.
func (s *memoryStore) copyFor(d *memoryDisk) (*memoryStore, error) {
	c := newMemoryStore(d)
	c.values, c.numbers = maps.Clone(s.values), maps.Clone(s.numbers)
	first, _ := s.FirstIndex() // in memory there are no errors
	last, _ := s.LastIndex()
	for i := first; i <= last && last > 0; i++ {
		var e raft.Log
		if err := s.GetLog(i, &e); err != nil {
			return nil, fmt.Errorf("copy log: %w", err)
		}
		if err := c.InmemStore.StoreLog(&e); err != nil {
			return nil, fmt.Errorf("copy log: %w", err)
		}
	}
	list, err := s.snapshots.List()
	if err != nil || len(list) == 0 {
		return c, err
	}
	meta, state, err := s.snapshots.Open(list[0].ID)
	if err != nil {
		return nil, fmt.Errorf("copy snapshot: %w", err)
	}
	defer state.Close()
	sink, err := c.snapshots.Create(meta.Version, meta.Index, meta.Term, meta.Configuration, meta.ConfigurationIndex, nil)
	if err == nil {
		_, err = io.Copy(sink, state)
		err = errors.Join(err, sink.Close())
	}
	return c, err
}

// loseLog forgets the log and the snapshots, and not what is kept apart from them.
func (s *memoryStore) loseLog() {
	s.InmemStore, s.snapshots = raft.NewInmemStore(), raft.NewInmemSnapshotStore()
}

// cutLog forgets the newest half of the log. It gives false if there is none.
func (s *memoryStore) cutLog() (bool, error) {
	first, _ := s.FirstIndex()
	last, _ := s.LastIndex()
	if last == 0 {
		return false, nil
	}
	return true, s.InmemStore.DeleteRange(first+(last-first+1)/2, last)
}
