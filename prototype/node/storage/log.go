package storage

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/mutant"
)

// Log is a log that accepts entries at once and flushes them in the
// background, many at a time. The library believes that what it has stored is on
// disk (hashicorp/raft issue 507), so nobody outside may see a consequence of
// that belief before it is true. There are three ways out, and each is guarded:
//
//   - A follower's success is held back until the entries that it speaks of are
//     on this disk ([Log.WhenDurable]).
//   - A leader's commit index leaves this node only as far as this disk has the
//     entries ([Log.DurableIndex]).
//   - The state machine applies nothing that this disk does not hold, so no
//     client is told of it and no snapshot contains it ([Log.AwaitDurable]).
//
// The three are the duty of the transport and the state machine that use the log.
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
// there to show what that costs; see node.LaneLazy. Its methods may be called from any
// goroutine.
type Log struct {
	store raft.LogStore // written by the flusher alone
	cfg   LogConfig

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
	floor    uint64    // of a deletion: what is durable for certain until it is done
	since    time.Time // of entries: when they were accepted, if anybody wants to know
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
	_ raft.LogStore          = (*Log)(nil)
	_ raft.MonotonicLogStore = (*Log)(nil)
)

var (
	errLogClosed = errors.New("the log is closed")
	errTruncated = errors.New("the entry was replaced by another leader's")
)

const noFloor = ^uint64(0)

// OpenLog takes over a store whose content is on disk. Close it; the store stays open.
func OpenLog(store raft.LogStore, cfg LogConfig) (*Log, error) {
	first, err := store.FirstIndex()
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	last, err := store.LastIndex()
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	l := &Log{store: store, cfg: cfg, first: first, last: last, durable: last, floor: noFloor,
		wake: make(chan struct{}, 1), closed: make(chan struct{})}
	l.done.Go(l.run)
	return l, nil
}

// Close stops the flusher after the write that is under way; a lazy log writes all
// that it has. It returns false if the disk has not answered within patience: then
// the flusher still runs, and the store must stay open. Waiters get errLogClosed.
func (l *Log) Close(patience time.Duration) (ended bool) {
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
func (l *Log) IsMonotonic() bool { return true }

func (l *Log) FirstIndex() (uint64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.first, nil
}

func (l *Log) LastIndex() (uint64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last, nil
}

// Superseded says that a snapshot has taken the place of the log, or that none has:
// the next deletion of the whole log is no cut then.
func (l *Log) Superseded(yes bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cleared = yes
}

// DurableEntry is the newest entry that is on disk; false if the log holds none.
func (l *Log) DurableEntry() (term, index uint64, ok bool) {
	l.mu.Lock()
	index = l.durable
	l.mu.Unlock()
	var e raft.Log
	if index == 0 || l.GetLog(index, &e) != nil {
		return 0, 0, false
	}
	return e.Term, e.Index, true
}

// Newest is LastIndex, which cannot fail once the log is open.
func (l *Log) Newest() uint64 {
	index, _ := l.LastIndex()
	return index
}

func (l *Log) GetLog(index uint64, into *raft.Log) error {
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

func (l *Log) StoreLog(entry *raft.Log) error { return l.StoreLogs([]*raft.Log{entry}) }

// StoreLogs accepts the entries, which are not on disk yet; see WhenDurable. The log
// keeps their data: it must not be changed afterwards.
func (l *Log) StoreLogs(entries []*raft.Log) error {
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
	op := logOp{entries: entries}
	if l.cfg.Flushed != nil {
		op.since = time.Now()
	}
	l.enqueue(op)
	return nil
}

// DeleteRange removes the head of the log after a snapshot, or its tail when
// another leader's entries take its place.
func (l *Log) DeleteRange(min, max uint64) error {
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
	if from := lower(min, l.last); max >= l.last && l.last > 0 && min <= l.last && !replaced && l.cfg.MayCut != nil {
		if err := l.cfg.MayCut(from); err != nil {
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

func (l *Log) enqueue(op logOp) {
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
func (l *Log) reportedIndex() uint64 {
	if l.cfg.Lazy > 0 && l.gathered <= lazyAtMost || mutant.On(mutant.NoFsync) {
		return l.last
	}
	return l.durable
}

// DurableIndex is the newest entry up to which everything is on disk; for a lazy
// log, up to which it says so.
func (l *Log) DurableIndex() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reportedIndex()
}

// WhenDurable calls done once, possibly at once: with nil when the entry at
// index is on disk, or with an error when it will not be. done must not block.
func (l *Log) WhenDurable(index uint64, done func(error)) {
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

// AwaitDurable is WhenDurable for those who can wait.
func (l *Log) AwaitDurable(index uint64) error {
	if index <= l.DurableIndex() || mutant.On(mutant.ApplyBeforeDurable) {
		return nil
	}
	result := make(chan error, 1)
	l.WhenDurable(index, func(err error) { result <- err })
	return <-result
}

// takeWaiters removes those that a predicate names. l.mu is held.
func (l *Log) takeWaiters(which func(durableWaiter) bool) (taken []durableWaiter) {
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
func (l *Log) fail(err error) {
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

// Err is why the log can no longer be written, or nil.
func (l *Log) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if errors.Is(l.err, errLogClosed) {
		return nil
	}
	return l.err
}
