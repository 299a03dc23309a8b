package node

import (
	"github.com/hashicorp/raft"

	"lockstep/prototype/fault"
)

// The seams of the disk: each write that must become durable asks first.

type seamLog struct {
	raft.LogStore
	disk *fault.Disk
}

func (l seamLog) StoreLog(e *raft.Log) error { return l.StoreLogs([]*raft.Log{e}) }

func (l seamLog) StoreLogs(entries []*raft.Log) error {
	n := 0
	for _, e := range entries {
		n += len(e.Data)
	}
	if err := l.disk.Write(n); err != nil {
		return err
	}
	return l.LogStore.StoreLogs(entries)
}

func (l seamLog) DeleteRange(min, max uint64) error {
	if err := l.disk.Write(0); err != nil {
		return err
	}
	return l.LogStore.DeleteRange(min, max)
}

// seamStable waits where a log would give an error: the library ends the process
// when it cannot write a term or a vote. Nothing is said before it is written, so
// waiting is safe.
type seamStable struct {
	raft.StableStore
	disk *fault.Disk
}

func (s seamStable) Set(key, value []byte) error {
	s.disk.Insist(len(value))
	return s.StableStore.Set(key, value)
}

func (s seamStable) SetUint64(key []byte, value uint64) error {
	s.disk.Insist(8)
	return s.StableStore.SetUint64(key, value)
}
