//go:build !js

package node

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/hashicorp/raft"
	boltdb "github.com/hashicorp/raft-boltdb/v2"
	wal "github.com/hashicorp/raft-wal"
	"go.etcd.io/bbolt"
)

// LogStore names what keeps the log on disk.
type LogStore string

const (
	// Bolt is hashicorp/raft-boltdb: one B+tree file, two flushes an append.
	Bolt LogStore = "bolt"
	// WAL is hashicorp/raft-wal: segments that are only appended to, one flush.
	WAL LogStore = "wal"
)

// LogStores are all of them.
var LogStores = []LogStore{Bolt, WAL}

// DiskStores keep each shard in a folder of dir: its log in a store of the kind,
// its snapshots beside it. Terms and votes of all shards are in one bolt file.
// A file that is damaged beyond reading gives ErrCorrupt.
func DiskStores(dir string, kind LogStore, logger *slog.Logger) OpenStores {
	shared := &sharedBolt{path: filepath.Join(dir, "stable.db")}
	return func(shard int) (_ Stores, err error) {
		folder := filepath.Join(dir, fmt.Sprintf("shard-%d", shard))
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return Stores{}, fmt.Errorf("open stores: %w", err)
		}
		if err := sameKind(folder, kind); err != nil {
			return Stores{}, err
		}
		var closers closers
		defer func() {
			if err != nil {
				closers.Close()
			}
		}()
		stable, err := shared.open()
		if err != nil {
			return Stores{}, err
		}
		closers = append(closers, shared)
		log, err := openLogStore(folder, kind, logger)
		if err != nil {
			return Stores{}, fmt.Errorf("open log of shard %d: %w", shard, err)
		}
		closers = append(closers, log)
		snapshots, err := raft.NewFileSnapshotStoreWithLogger(folder, 2, hclogger(logger, nil))
		if err != nil {
			return Stores{}, fmt.Errorf("open snapshots of shard %d: %w", shard, err)
		}
		return Stores{Log: log, Stable: stableOf{stable, fmt.Sprintf("shard-%d/", shard)}, Snapshots: snapshots, Closer: closers}, nil
	}
}

// segmentSize is what a segment of a WAL takes on disk from the beginning, in
// bytes. The library's 64 MB would be 4 GB for a node of 64 idle shards.
const segmentSize = 16 << 20

type closableLog interface {
	raft.LogStore
	io.Closer
}

func openLogStore(folder string, kind LogStore, logger *slog.Logger) (closableLog, error) {
	switch kind {
	case Bolt:
		return openBolt(filepath.Join(folder, "log.db"))
	case WAL:
		path := filepath.Join(folder, "wal")
		if err := os.MkdirAll(path, 0o700); err != nil {
			return nil, err
		}
		log, err := wal.Open(path, wal.WithLogger(hclogger(logger, nil)), wal.WithSegmentSize(segmentSize))
		if errors.Is(err, wal.ErrCorrupt) {
			err = fmt.Errorf("%w: %w", ErrCorrupt, err)
		}
		return log, err
	}
	return nil, fmt.Errorf("there is no log store %q; there are %s and %s", kind, Bolt, WAL)
}

// sameKind refuses to open a log with another store than the one that wrote it:
// the log would seem empty, and an empty log is a broken promise.
func sameKind(folder string, kind LogStore) error {
	others := map[LogStore]string{Bolt: "log.db", WAL: "wal"}
	delete(others, kind)
	for other, name := range others {
		if _, err := os.Stat(filepath.Join(folder, name)); err == nil {
			return fmt.Errorf("%s was written with --log-store %s: start the node with it", folder, other)
		}
	}
	if _, err := os.Stat(filepath.Join(folder, "raft.db")); err == nil {
		return fmt.Errorf("%s was written by an earlier version whose data this one does not read: delete the cluster's data to begin anew", folder)
	}
	return nil
}

// openBolt opens a bolt file that another process may hold for a moment longer.
func openBolt(path string) (_ *boltdb.BoltStore, err error) {
	if err := checkBoltFile(path); err != nil {
		return nil, err
	}
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("open %s: %w: %v", path, ErrCorrupt, cause)
		}
	}()
	store, err := boltdb.New(boltdb.Options{Path: path, MsgpackUseNewTimeFormat: true,
		BoltOptions: &bbolt.Options{Timeout: 5 * time.Second, FreelistType: bbolt.FreelistMapType, NoFreelistSync: true}})
	if errors.Is(err, bbolt.ErrTimeout) {
		return nil, fmt.Errorf("open %s: another process uses it", path)
	}
	if errors.Is(err, bbolt.ErrInvalid) || errors.Is(err, bbolt.ErrChecksum) || errors.Is(err, bbolt.ErrVersionMismatch) {
		return nil, fmt.Errorf("open %s: %w: %w", path, ErrCorrupt, err)
	}
	return store, err
}

// sharedBolt is one file for the shards of a node; the last one closes it.
type sharedBolt struct {
	path  string
	mu    sync.Mutex
	store *boltdb.BoltStore
	users int
}

func (s *sharedBolt) open() (*boltdb.BoltStore, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.store == nil {
		store, err := openBolt(s.path)
		if err != nil {
			return nil, fmt.Errorf("open votes: %w", err)
		}
		s.store = store
	}
	s.users++
	return s.store, nil
}

func (s *sharedBolt) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users--; s.users > 0 {
		return nil
	}
	store := s.store
	s.store = nil
	return store.Close()
}

// closers are closed in the reverse of the order in which they were opened.
type closers []io.Closer

func (c closers) Close() (err error) {
	for i := len(c) - 1; i >= 0; i-- {
		err = errors.Join(err, c[i].Close())
	}
	return err
}

// stableOf is the part of a shared file that belongs to one shard.
type stableOf struct {
	store  raft.StableStore
	prefix string
}

func (s stableOf) key(name []byte) []byte { return append([]byte(s.prefix), name...) }

func (s stableOf) Set(key, value []byte) error          { return s.store.Set(s.key(key), value) }
func (s stableOf) Get(key []byte) ([]byte, error)       { return s.store.Get(s.key(key)) }
func (s stableOf) SetUint64(key []byte, v uint64) error { return s.store.SetUint64(s.key(key), v) }
func (s stableOf) GetUint64(key []byte) (uint64, error) { return s.store.GetUint64(s.key(key)) }
