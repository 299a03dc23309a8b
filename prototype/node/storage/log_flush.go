package storage

import (
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/node/disk"
)

// run flushes the queue whenever something is in it, until the log is closed or the
// disk fails.
func (l *Log) run() {
	for l.gather() && l.flush(l.closed) {
	}
	if l.cfg.Lazy > 0 {
		l.flush(nil) // a lazy log has reported entries as durable that are only in its queue
	}
}

// gather waits until there is something to write, and a lazy log until its time
// has come. It is false when the log is closed.
func (l *Log) gather() bool {
	select {
	case <-l.wake:
	case <-l.closed:
		return false
	}
	if l.cfg.Lazy == 0 {
		return true
	}
	timer := time.NewTimer(l.cfg.Lazy)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-l.closed:
		return false
	}
}

// flush writes what is queued now; what arrives meanwhile has a turn of its own.
// It is false when the disk has failed, or when over is closed.
func (l *Log) flush(over <-chan struct{}) bool {
	mended := false
	for left := l.queued(); left > 0; {
		ops := l.takeQueue()
		if len(ops) == 0 {
			break
		}
		left -= len(ops)
		if err := l.watched(ops); err != nil {
			if err = l.overcome(err, over); err != nil {
				l.fail(err)
				l.cfg.Hung(true)
				return false
			}
			mended, left = true, l.queued()
			continue
		}
		select {
		case <-over:
			return false
		default:
		}
	}
	if mended {
		l.cfg.Hung(false)
		l.cfg.Health.Works(disk.PartLog)
	}
	return true
}

func (l *Log) queued() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.queue)
}

// flushAtMost bounds, in bytes, what one flush carries.
const flushAtMost = 8 << 20

// takeQueue takes a run of stores, which go to disk together, or one deletion.
func (l *Log) takeQueue() []logOp {
	l.mu.Lock()
	defer l.mu.Unlock()
	n, size := 0, 0
	for ; n < len(l.queue) && size < flushAtMost; n++ {
		if l.queue[n].entries == nil {
			if n == 0 {
				n = 1
			}
			break
		}
		size += l.queue[n].size()
	}
	ops := l.queue[:n:n]
	l.queue = l.queue[n:]
	if len(l.queue) == 0 {
		l.queue = nil
	}
	return ops
}

// wakeUp is how much longer a flush is given when its time is over: a process
// that was stopped and goes on finds all its timers due, and a disk that works.
const wakeUp = 25 * time.Millisecond

// watched carries out ops under the eye of the watchdog: a disk that hangs gives
// no error, it just does not come back.
func (l *Log) watched(ops []logOp) error {
	done, stuck := make(chan struct{}), make(chan bool, 1)
	watchdog := time.AfterFunc(l.cfg.HungAfter, func() {
		more := time.NewTimer(wakeUp)
		defer more.Stop()
		select {
		case <-done:
			stuck <- false
		case <-more.C:
			l.cfg.Hung(true)
			stuck <- true
		}
	})
	err := l.carryOut(ops)
	if watchdog.Stop() {
		return err
	}
	close(done)
	if <-stuck && err == nil {
		l.cfg.Hung(false)
	}
	return err
}

func (l *Log) carryOut(ops []logOp) error {
	if ops[0].entries == nil {
		var err error
		if ops[0].floor != noFloor && l.cfg.BeforeCut != nil {
			err = l.cfg.BeforeCut()
		}
		if err == nil {
			err = l.store.DeleteRange(ops[0].min, ops[0].max)
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		l.floor = noFloor
		for _, op := range l.queue {
			if op.entries == nil {
				l.floor = lower(l.floor, op.floor)
			}
		}
		return err
	}
	entries := ops[0].entries
	if len(ops) > 1 {
		entries = nil
		for _, op := range ops {
			entries = append(entries, op.entries...)
		}
	}
	if err := l.store.StoreLogs(entries); err != nil {
		return err
	}
	if l.cfg.Flushed != nil { // before those who wait for the entries go on, who may ask for it
		now := time.Now()
		for _, op := range ops {
			l.cfg.Flushed(op.entries, op.since, now)
		}
	}
	l.stored(entries)
	return nil
}

// stored notes that entries are on disk and tells those who waited for them.
func (l *Log) stored(entries []*raft.Log) {
	l.mu.Lock()
	size := logOp{entries: entries}.size()
	l.flushed += size
	l.gathered -= size
	reached := lower(lower(entries[len(entries)-1].Index, l.floor), l.last)
	if reached > l.durable {
		l.durable = reached
	}
	l.recent.trim(l.durable)
	done := l.takeWaiters(func(w durableWaiter) bool { return w.index <= l.durable })
	l.mu.Unlock()
	for _, w := range done {
		w.done(nil)
	}
}

// SinceSnapshot gives the bytes that were flushed since it was last asked to
// begin again.
func (l *Log) SinceSnapshot(reset bool) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.flushed
	if reset {
		l.flushed = 0
	}
	return n
}
