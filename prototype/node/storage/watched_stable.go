package storage

import (
	"sync"

	"github.com/hashicorp/raft"

	"lockstep/prototype/node/disk"
)

// WatchedStable writes terms and votes for a library that ends the process when
// one cannot be written. While the disk has no room it waits, and writes then. An
// error of any other kind it keeps to itself for ever, since nobody knows what such
// a disk has kept: the library waits until the node is closed, behind a fence, and
// nothing is said that is not on disk.
type WatchedStable struct {
	raft.StableStore
	health *disk.Health
	fence  *disk.Fence
	closed chan struct{}
	once   sync.Once

	mu    sync.Mutex
	stuck int
}

// NewWatchedStable keeps terms and votes in a store.
func NewWatchedStable(store raft.StableStore, health *disk.Health, fence *disk.Fence) *WatchedStable {
	return &WatchedStable{StableStore: store, health: health, fence: fence, closed: make(chan struct{})}
}

func (s *WatchedStable) Set(key, value []byte) error {
	return s.insist(func() error { return s.StableStore.Set(key, value) })
}

func (s *WatchedStable) SetUint64(key []byte, value uint64) error {
	return s.insist(func() error { return s.StableStore.SetUint64(key, value) })
}

func (s *WatchedStable) insist(write func() error) error {
	err := write()
	if err == nil {
		return nil
	}
	s.mark(1)
	defer s.mark(-1)
	s.fence.SetHung(disk.PartVotes, true)
	for {
		s.health.Failed(disk.PartVotes, err)
		if !disk.LacksRoom(err) {
			<-s.closed
			return nil // see Close
		}
		if !s.health.Await(s.closed) {
			return nil
		}
		if err = write(); err == nil {
			s.health.Works(disk.PartVotes)
			s.fence.SetHung(disk.PartVotes, false)
			return nil
		}
	}
}

func (s *WatchedStable) mark(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stuck += n
}

// Waits says whether the library waits for a write.
func (s *WatchedStable) Waits() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stuck > 0
}

// Close lets the library go on that waits for a write, as if it had been made. It
// is called when nothing can leave the node any more: the fence is up, which keeps
// candidates silent, and the transport is closed.
func (s *WatchedStable) Close() { s.once.Do(func() { close(s.closed) }) }
