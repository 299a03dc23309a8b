//go:build !js

package storage

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/hashicorp/raft"
	wal "github.com/hashicorp/raft-wal"
	walfs "github.com/hashicorp/raft-wal/fs"
	"github.com/hashicorp/raft-wal/metadb"
	"github.com/hashicorp/raft-wal/segment"
	"github.com/hashicorp/raft-wal/types"

	"lockstep/prototype/node/hclogger"
)

// segmentSize is what a segment of a WAL takes on disk from the beginning, in
// bytes. The library's 64 MB would be 4 GB for a node of 64 idle shards.
const segmentSize = 16 << 20

// openWAL opens the log in a folder that exists.
func openWAL(path string, logger *slog.Logger) (closableLog, error) {
	if err := checkWAL(path); err != nil {
		return nil, err
	}
	if err := finishRotation(path); err != nil {
		return nil, fmt.Errorf("open %s: %w", path, corruptWAL(err))
	}
	rotation := &rotationError{}
	log, err := wal.Open(path, wal.WithLogger(hclogger.New(logger, nil)), wal.WithSegmentSize(segmentSize),
		wal.WithMetaStore(&watchedMeta{rotation: rotation}), wal.WithSegmentFiler(segment.NewFiler(path, watchedFS{walfs.New(), rotation})))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, corruptWAL(err))
	}
	return walLog{log, rotation}, nil
}

// corruptWAL translates what the library says of a damaged folder.
func corruptWAL(err error) error {
	if errors.Is(err, wal.ErrCorrupt) || errors.Is(err, wal.ErrNotFound) || errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return err
}

// walLog says why a segment could not follow a full one. The library makes it in
// the background, and tells the writer only that the old one is sealed.
type walLog struct {
	*wal.WAL
	rotation *rotationError
}

func (l walLog) StoreLogs(entries []*raft.Log) error { return l.why(l.WAL.StoreLogs(entries)) }

func (l walLog) StoreLog(e *raft.Log) error { return l.why(l.WAL.StoreLog(e)) }

func (l walLog) DeleteRange(min, max uint64) error { return l.why(l.WAL.DeleteRange(min, max)) }

func (l walLog) why(err error) error {
	if cause := l.rotation.get(); cause != nil && errors.Is(err, wal.ErrSealed) {
		return fmt.Errorf("begin another segment: %w", cause)
	}
	return err
}

// rotationError is the newest error of what a rotation writes.
type rotationError struct {
	mu  sync.Mutex
	err error
}

func (r *rotationError) note(err error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = err
	return err
}

func (r *rotationError) get() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

type watchedMeta struct {
	metadb.BoltMetaDB
	rotation *rotationError
}

func (m *watchedMeta) CommitState(state types.PersistentState) error {
	return m.rotation.note(m.BoltMetaDB.CommitState(state))
}

type watchedFS struct {
	*walfs.FS
	rotation *rotationError
}

func (f watchedFS) Create(dir, name string, size uint64) (types.WritableFile, error) {
	file, err := f.FS.Create(dir, name, size)
	return file, f.rotation.note(err)
}

// finishRotation completes what the library leaves undone if it stops between
// sealing a segment and noting that: it opens such a log, and refuses every write
// to it.
func finishRotation(path string) (err error) {
	var meta metadb.BoltMetaDB
	state, err := meta.Load(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, meta.Close()) }()
	if len(state.Segments) == 0 || !state.Segments[len(state.Segments)-1].SealTime.IsZero() {
		return nil
	}
	files := segment.NewFiler(path, walfs.New())
	tail := &state.Segments[len(state.Segments)-1]
	writer, err := files.RecoverTail(*tail)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // the library makes it
	}
	if err != nil {
		return err
	}
	defer writer.Close()
	sealed, indexStart, err := writer.Sealed()
	if err != nil || !sealed {
		return err
	}
	now := time.Now()
	tail.SealTime, tail.IndexStart, tail.MaxIndex = now, indexStart, writer.LastIndex()
	if sameEntries(files, *tail, writer) != nil {
		return cutIndex(filepath.Join(path, segment.FileName(*tail)), indexStart)
	}
	next := tail.MaxIndex + 1
	state.Segments = append(state.Segments, types.SegmentInfo{ID: state.NextSegmentID, BaseIndex: next, MinIndex: next,
		Codec: tail.Codec, CreateTime: now, SizeLimit: segmentSize})
	state.NextSegmentID++
	return meta.CommitState(state)
}

// frameHead is what precedes a segment's index, in bytes.
const frameHead = 8

// cutIndex removes an index that was not written as a whole, and so belongs to a
// batch that was never acknowledged. The library passes over the entries of such a
// batch, and takes the index for the end of the segment.
func cutIndex(path string, indexStart uint64) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(file.Truncate(int64(indexStart)-frameHead), file.Sync(), file.Close())
}

// sameEntries proves that a segment's index leads to the entries that are in it.
func sameEntries(files *segment.Filer, info types.SegmentInfo, by types.SegmentReader) error {
	sealed, err := files.Open(info)
	if err != nil {
		return err
	}
	defer sealed.Close()
	for index := info.MinIndex; index <= info.MaxIndex; index++ {
		want, err := by.GetLog(index)
		if err != nil {
			return err
		}
		got, err := sealed.GetLog(index)
		if err != nil {
			want.Close()
			return fmt.Errorf("%w: the index of a sealed segment does not lead to entry %d: %w", wal.ErrCorrupt, index, err)
		}
		same := bytes.Equal(want.Bs, got.Bs)
		want.Close()
		got.Close()
		if !same {
			return fmt.Errorf("%w: the index of a sealed segment leads to another entry than %d", wal.ErrCorrupt, index)
		}
	}
	return nil
}
