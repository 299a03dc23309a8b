package node

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/mutant"
)

// flushLog is a log that accepts entries at once and flushes them in the
// background, many at a time. The library believes that what it has stored is on
// disk (hashicorp/raft issue 507), so nobody outside may see a consequence of
// that belief before it is true. There are three ways out, and each is guarded:
//
//   - A follower's success is held back until the entries that it speaks of are
//     on this disk (transport.respond).
//   - A leader's commit index leaves this node only as far as this disk has the
//     entries (transport.commit).
//   - The state machine applies nothing that this disk does not hold, so no
//     client is told of it and no snapshot contains it (fsm.ApplyBatch).
//
// What is committed in this sense is on the disks of a majority, the leader's
// among them. A node that loses its memory with unflushed entries loses nothing
// that it had told anybody, which is all that Raft asks of a crash. Terms and
// votes are not part of this: they are written before the library goes on.
//
// What it is good for: the leader's disk works beside the followers' instead of
// before them (Ongaro 2014, section 10.2.1), entries that arrive during a flush
// share the next one, and no heartbeat ever waits for a disk (the reason for
// hashicorp/raft's fast path, whose flaw is issue 695).
//
// A lazy log keeps none of this: it calls durable what it has accepted, and
// flushes what has gathered once in a while. What it has not flushed is in memory
// only, so a crash of the process takes it, and so does a loss of power. It is
// there to show what that costs; see [LaneLazy].
type flushLog struct {
	store  raft.LogStore // written by the flusher alone
	hang   func(hung bool)
	repair *logRepair    // nil: none
	after  time.Duration // that a flush may take before it counts as hung
	lazy   time.Duration // between two flushes; 0: at once, and nothing is said before

	mu sync.Mutex
	// first and last are the log's bounds as the library sees them.
	// durable is the newest one up to which everything is in the store.
	// Invariant: durable <= last; what lies between is in recent.
	first, last, durable uint64
	floor                uint64 // durable may not exceed it while a truncation is queued
	recent               recentEntries
	queue                []logOp
	gathered             int // bytes of the entries in queue, and in the flush that goes on
	waiters              []durableWaiter
	flushed              int // bytes since the last snapshot
	err                  error
	cleared              bool // a snapshot has just taken the place of the log

	// mayCut is asked before the tail is deleted from an entry on, and beforeCut
	// before that reaches the disk. nil: nobody is asked.
	mayCut    func(from uint64) error
	beforeCut func() error

	wake   chan struct{}
	closed chan struct{}
	once   sync.Once
	done   sync.WaitGroup
}

// logOp is a write that waits for the flusher: entries to store, or a range to
// delete.
type logOp struct {
	entries  []*raft.Log
	min, max uint64
	floor    uint64 // of a deletion: what is durable for certain until it is done
}

// size is that of the entries' data, in bytes.
func (op logOp) size() (n int) {
	for _, e := range op.entries {
		n += len(e.Data)
	}
	return n
}

type durableWaiter struct {
	index uint64
	done  func(error)
}

var (
	_ raft.LogStore          = (*flushLog)(nil)
	_ raft.MonotonicLogStore = (*flushLog)(nil)
)

var (
	errLogClosed = errors.New("the log is closed")
	errTruncated = errors.New("the entry was replaced by another leader's")
)

const noFloor = ^uint64(0)

// openFlushLog takes over a store whose content is on disk. hang is called when
// a flush takes too long, and again when it has ended after all. lazy is 0 for a
// log that keeps its word. Without a repair every error of the store is final.
func openFlushLog(store raft.LogStore, after, lazy time.Duration, hang func(hung bool), repair *logRepair) (*flushLog, error) {
	first, err := store.FirstIndex()
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	last, err := store.LastIndex()
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	l := &flushLog{store: store, hang: hang, repair: repair, after: after, lazy: lazy, first: first, last: last, durable: last, floor: noFloor,
		wake: make(chan struct{}, 1), closed: make(chan struct{})}
	l.done.Go(l.run)
	return l, nil
}

// close stops the flusher after the write that is under way; a lazy log writes all
// that it has. It returns false if the disk has not answered within patience: then
// the flusher still runs, and the store must stay open. Waiters get errLogClosed.
func (l *flushLog) close(patience time.Duration) (ended bool) {
	l.once.Do(func() { close(l.closed) })
	over := make(chan struct{})
	go func() {
		l.done.Wait()
		close(over)
	}()
	select {
	case <-over:
		ended = true
	case <-time.After(patience):
	}
	l.fail(errLogClosed)
	return ended
}

// IsMonotonic makes the library clear the whole log when it installs a snapshot,
// so that no stale tail stays behind (hashicorp/raft issue 697).
func (l *flushLog) IsMonotonic() bool { return true }

func (l *flushLog) FirstIndex() (uint64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.first, nil
}

func (l *flushLog) LastIndex() (uint64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last, nil
}

// clears says that a snapshot has taken the place of the log, or that none has:
// the next deletion of the whole log is no cut then.
func (l *flushLog) clears(yes bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cleared = yes
}

// mark is the newest entry that is on disk; false if the log holds none.
func (l *flushLog) mark() (mark, bool) {
	l.mu.Lock()
	index := l.durable
	l.mu.Unlock()
	var e raft.Log
	if index == 0 || l.GetLog(index, &e) != nil {
		return mark{}, false
	}
	return mark{e.Term, e.Index}, true
}

// newest is LastIndex, which cannot fail once the log is open.
func (l *flushLog) newest() uint64 {
	index, _ := l.LastIndex()
	return index
}

func (l *flushLog) GetLog(index uint64, into *raft.Log) error {
	l.mu.Lock()
	if index < l.first || index > l.last || l.last == 0 {
		l.mu.Unlock()
		return raft.ErrLogNotFound
	}
	e := l.recent.get(index)
	l.mu.Unlock()
	if e != nil {
		*into = *e
		return nil
	}
	return l.store.GetLog(index, into)
}

func (l *flushLog) StoreLog(entry *raft.Log) error { return l.StoreLogs([]*raft.Log{entry}) }

// StoreLogs accepts the entries; see whenDurable.
func (l *flushLog) StoreLogs(entries []*raft.Log) error {
	if len(entries) == 0 {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return l.err
	}
	if l.last == 0 {
		l.first = entries[0].Index
	}
	l.cleared = false
	for _, e := range entries {
		l.recent.put(e)
	}
	l.last = entries[len(entries)-1].Index
	l.enqueue(logOp{entries: entries})
	return nil
}

// DeleteRange removes the head of the log after a snapshot, or its tail when
// another leader's entries take its place.
func (l *flushLog) DeleteRange(min, max uint64) error {
	l.mu.Lock()
	var inVain []durableWaiter
	floor := noFloor
	defer func() {
		l.mu.Unlock()
		for _, w := range inVain {
			w.done(errTruncated)
		}
	}()
	if l.err != nil {
		return l.err
	}
	replaced := l.cleared && min <= l.first
	l.cleared = false
	if from := lower(min, l.last); max >= l.last && l.last > 0 && min <= l.last && !replaced && l.mayCut != nil {
		if err := l.mayCut(from); err != nil {
			return err
		}
	}
	switch {
	case l.last == 0 || min > l.last || max < l.first:
		return nil
	case min <= l.first && max >= l.last:
		l.first, l.last = 0, 0
		floor = 0
		inVain = l.takeWaiters(func(w durableWaiter) bool { return true })
	case min <= l.first:
		l.first = max + 1
	case max >= l.last:
		l.last = min - 1
		floor = l.last
		inVain = l.takeWaiters(func(w durableWaiter) bool { return w.index >= min })
	default:
		return fmt.Errorf("delete entries %d to %d of %d to %d: only a head or a tail can go", min, max, l.first, l.last)
	}
	l.durable, l.floor = lower(l.durable, floor), lower(l.floor, floor)
	l.recent.drop(min, max)
	l.enqueue(logOp{min: min, max: max, floor: floor})
	return nil
}

func lower(a, b uint64) uint64 { return min(a, b) }

func (l *flushLog) enqueue(op logOp) {
	l.queue = append(l.queue, op)
	l.gathered += op.size()
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// lazyAtMost bounds, in bytes, what a lazy log has in memory only. Beyond it the
// log waits for the disk like any other: a disk that hangs must not fill the
// memory.
const lazyAtMost = 64 << 20

// reportedIndex is the newest entry that counts as durable. l.mu is held.
func (l *flushLog) reportedIndex() uint64 {
	if l.lazy > 0 && l.gathered <= lazyAtMost || mutant.On(mutant.NoFsync) {
		return l.last
	}
	return l.durable
}

// durableIndex is the newest entry up to which everything is on disk; for a lazy
// log, up to which it says so.
func (l *flushLog) durableIndex() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reportedIndex()
}

// whenDurable calls done once, possibly at once: with nil when the entry at
// index is on disk, or with an error when it will not be. done must not block.
func (l *flushLog) whenDurable(index uint64, done func(error)) {
	l.mu.Lock()
	switch {
	case index <= l.reportedIndex():
		l.mu.Unlock()
		done(nil)
	case l.err != nil:
		err := l.err
		l.mu.Unlock()
		done(err)
	default:
		l.waiters = append(l.waiters, durableWaiter{index, done})
		l.mu.Unlock()
	}
}

// awaitDurable is whenDurable for those who can wait.
func (l *flushLog) awaitDurable(index uint64) error {
	if index <= l.durableIndex() || mutant.On(mutant.ApplyBeforeDurable) {
		return nil
	}
	result := make(chan error, 1)
	l.whenDurable(index, func(err error) { result <- err })
	return <-result
}

// takeWaiters removes those that a predicate names. l.mu is held.
func (l *flushLog) takeWaiters(which func(durableWaiter) bool) (taken []durableWaiter) {
	rest := l.waiters[:0]
	for _, w := range l.waiters {
		if which(w) {
			taken = append(taken, w)
		} else {
			rest = append(rest, w)
		}
	}
	clear(l.waiters[len(rest):])
	l.waiters = rest
	return taken
}

// fail ends the log: nothing that is not on disk by now will be.
func (l *flushLog) fail(err error) {
	l.mu.Lock()
	if l.err == nil {
		l.err = err
	}
	l.queue, l.gathered = nil, 0
	waiters := l.waiters
	l.waiters = nil
	l.mu.Unlock()
	for _, w := range waiters {
		w.done(err)
	}
}

// failed is why the log can no longer be written, or nil.
func (l *flushLog) failed() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if errors.Is(l.err, errLogClosed) {
		return nil
	}
	return l.err
}
