package storage

import (
	"fmt"

	"github.com/hashicorp/raft"

	"lockstep/prototype/node/disk"
)

// overcome waits until there is room again and queues anew what is not on disk. It
// gives the error back, or a later one, that room does not mend, and when the log
// was closed before. l.mu is not held.
func (l *Log) overcome(err error, over <-chan struct{}) error {
	if l.cfg.Health == nil {
		return err
	}
	for {
		l.cfg.Health.Failed(disk.PartLog, err)
		if !disk.LacksRoom(err) || over == nil {
			return err
		}
		l.cfg.Hung(true)
		if !l.cfg.Health.Await(over) {
			return err
		}
		if err = l.startAfresh(); err == nil {
			return nil
		}
	}
}

// startAfresh opens the store again, looks what it holds, and queues what it takes
// to make it hold what the library believes. Of what was written since the last
// success nothing counts, even if it can be read: it may be in the memory of the
// operating system only, whose flush has failed once and will not be tried again.
func (l *Log) startAfresh() error {
	if l.cfg.Reopen != nil {
		if err := l.cfg.Reopen(); err != nil {
			return err
		}
	}
	first, err := l.store.FirstIndex()
	if err != nil {
		return fmt.Errorf("read log: %w", err)
	}
	last, err := l.store.LastIndex()
	if err != nil {
		return fmt.Errorf("read log: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.stillHolds(first, last); err != nil {
		return err
	}
	l.queue, l.gathered, l.floor = nil, 0, noFloor
	kept := l.durable
	switch {
	case last == 0:
	case l.last == 0 || kept < l.first: // all that is wanted is yet to be written
		l.requeue(logOp{min: first, max: last})
	default:
		if first < l.first {
			l.requeue(logOp{min: first, max: l.first - 1, floor: noFloor})
		}
		if last > kept {
			l.requeue(logOp{min: kept + 1, max: last, floor: kept})
		}
	}
	if l.last == 0 {
		return nil
	}
	var op logOp
	for index := max(kept+1, l.first); index <= l.last; index++ {
		e := l.recent.get(index)
		if e == nil {
			return fmt.Errorf("entry %d is neither on disk nor in memory: %w", index, ErrCorrupt)
		}
		op.entries = append(op.entries, e)
		if op.size() >= flushAtMost || index == l.last {
			l.requeue(op)
			op = logOp{}
		}
	}
	return nil
}

func (l *Log) requeue(op logOp) {
	l.queue = append(l.queue, op)
	l.gathered += op.size()
	if op.entries == nil {
		l.floor = lower(l.floor, op.floor)
	}
}

// stillHolds gives an error if the store has lost what was on disk. l.mu is held.
func (l *Log) stillHolds(first, last uint64) error {
	if l.last == 0 || l.durable < l.first {
		return nil
	}
	if first > l.first || last < l.durable {
		return fmt.Errorf("the store holds entries %d to %d, and %d to %d were on disk: %w", first, last, l.first, l.durable, ErrCorrupt)
	}
	const newest = 64 // are read; the rest of the log lies in pages that no failed write has touched
	for index := l.durable; index >= l.first && index+newest > l.durable; index-- {
		var e raft.Log
		if err := l.store.GetLog(index, &e); err != nil {
			return err
		}
		if known := l.recent.get(index); known != nil && known.Term != e.Term {
			return fmt.Errorf("entry %d is of term %d and was of term %d: %w", index, e.Term, known.Term, ErrCorrupt)
		}
	}
	return nil
}
