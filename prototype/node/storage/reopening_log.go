//go:build !js

package storage

import (
	"errors"
	"io"
	"sync"

	"github.com/hashicorp/raft"
)

type closableLog interface {
	raft.LogStore
	io.Closer
}

// reopeningLog is a log store that can be closed and opened again beneath those
// who use it. Reads wait meanwhile, since the library ends the process when a read
// of its log fails. Writes fail; only one goroutine may write or reopen.
type reopeningLog struct {
	open func() (closableLog, error)

	mu     sync.Mutex
	opened *sync.Cond // log or closed changes
	log    closableLog
	users  int // reads under way
	closed bool
}

func newReopeningLog(open func() (closableLog, error)) (*reopeningLog, error) {
	log, err := open()
	if err != nil {
		return nil, err
	}
	l := &reopeningLog{open: open, log: log}
	l.opened = sync.NewCond(&l.mu)
	return l, nil
}

// Reopen closes the store, if it is open, and opens it. After an error it is
// closed, and Reopen may be called again.
func (l *reopeningLog) Reopen() error {
	l.mu.Lock()
	log := l.log
	l.log = nil
	for l.users > 0 {
		l.opened.Wait()
	}
	l.mu.Unlock()
	if log != nil {
		_ = log.Close() // what it could not write does not count
	}
	log, err := l.open()
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.log = log
	l.opened.Broadcast()
	return nil
}

// Close ends waiting reads with raft.ErrLogNotFound.
func (l *reopeningLog) Close() error {
	l.mu.Lock()
	log := l.log
	l.log, l.closed = nil, true
	l.opened.Broadcast()
	l.mu.Unlock()
	if log == nil {
		return nil
	}
	return log.Close()
}

func (l *reopeningLog) read(do func(raft.LogStore) error) error {
	l.mu.Lock()
	for l.log == nil && !l.closed {
		l.opened.Wait()
	}
	log := l.log
	if l.closed {
		l.mu.Unlock()
		return raft.ErrLogNotFound
	}
	l.users++
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.users--; l.users == 0 {
			l.opened.Broadcast()
		}
	}()
	return do(log)
}

var errLogDown = errors.New("the log is not open")

func (l *reopeningLog) write(do func(raft.LogStore) error) error {
	l.mu.Lock()
	log := l.log
	l.mu.Unlock()
	if log == nil {
		return errLogDown
	}
	return do(log)
}

func (l *reopeningLog) FirstIndex() (index uint64, err error) {
	err = l.read(func(s raft.LogStore) error { index, err = s.FirstIndex(); return err })
	return index, err
}

func (l *reopeningLog) LastIndex() (index uint64, err error) {
	err = l.read(func(s raft.LogStore) error { index, err = s.LastIndex(); return err })
	return index, err
}

func (l *reopeningLog) GetLog(index uint64, into *raft.Log) error {
	return l.read(func(s raft.LogStore) error { return s.GetLog(index, into) })
}

func (l *reopeningLog) StoreLog(e *raft.Log) error { return l.StoreLogs([]*raft.Log{e}) }

func (l *reopeningLog) StoreLogs(entries []*raft.Log) error {
	return l.write(func(s raft.LogStore) error { return s.StoreLogs(entries) })
}

func (l *reopeningLog) DeleteRange(min, max uint64) error {
	return l.write(func(s raft.LogStore) error { return s.DeleteRange(min, max) })
}
