package storage

import (
	"github.com/hashicorp/raft"

	"lockstep/prototype/fault"
)

// The seams of the disk: each write that must become durable asks first.

// NewFaultyLog asks a disk whose faults are injected before each write to a log.
func NewFaultyLog(store raft.LogStore, disk *fault.Disk) raft.LogStore {
	return faultyLog{store, disk}
}

type faultyLog struct {
	raft.LogStore
	disk *fault.Disk
}

func (l faultyLog) StoreLog(e *raft.Log) error { return l.StoreLogs([]*raft.Log{e}) }

func (l faultyLog) StoreLogs(entries []*raft.Log) error {
	n := 0
	for _, e := range entries {
		n += len(e.Data)
	}
	if err := l.disk.Write(n); err != nil {
		return err
	}
	return l.LogStore.StoreLogs(entries)
}

func (l faultyLog) DeleteRange(min, max uint64) error {
	if err := l.disk.Write(0); err != nil {
		return err
	}
	return l.LogStore.DeleteRange(min, max)
}

// NewFaultyStable asks a disk whose faults are injected before each write of a term
// or a vote. It waits where a log would give an error, as long as the fault lasts.
// Nothing is said before it is written, so waiting is safe.
func NewFaultyStable(store raft.StableStore, disk *fault.Disk) raft.StableStore {
	return faultyStable{store, disk}
}

type faultyStable struct {
	raft.StableStore
	disk *fault.Disk
}

func (s faultyStable) Set(key, value []byte) error {
	if err := s.disk.Insist(len(value)); err != nil {
		return err
	}
	return s.StableStore.Set(key, value)
}

func (s faultyStable) SetUint64(key []byte, value uint64) error {
	if err := s.disk.Insist(8); err != nil {
		return err
	}
	return s.StableStore.SetUint64(key, value)
}
