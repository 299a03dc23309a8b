//go:build !js

package storage

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"github.com/hashicorp/raft"
	boltdb "github.com/hashicorp/raft-boltdb/v2"
	"github.com/hashicorp/raft-wal/metadb"
	"go.etcd.io/bbolt"

	"lockstep/durable"
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
// What is damaged gives ErrCorrupt and says what to do; TestDiskStores_damage
// holds both.
func DiskStores(dir string, kind LogStore, logger *slog.Logger) OpenStores {
	shared := &sharedBolt{dir: dir}
	advise := func(err error) error {
		if errors.Is(err, ErrCorrupt) {
			err = fmt.Errorf("%w\nIt is not served. The other members have what it held: when they are ready, move the whole data folder %s away and start the node again, and it is filled from them", err, dir)
		}
		return err
	}
	return func(shard int) (Stores, error) {
		stores, err := openDisk(dir, shard, kind, shared, logger)
		stores.Advise = advise
		return stores, advise(err)
	}
}

func openDisk(dir string, shard int, kind LogStore, shared *sharedBolt, logger *slog.Logger) (_ Stores, err error) {
	path := filepath.Join(dir, fmt.Sprintf("shard-%d", shard))
	if err := makeFolder(path); err != nil {
		return Stores{}, err
	}
	if err := sameKind(path, kind); err != nil {
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
	log, err := newReopeningLog(func() (closableLog, error) { return openLogStore(path, kind, logger) })
	if err != nil {
		return Stores{}, fmt.Errorf("open log of shard %d: %w", shard, err)
	}
	closers = append(closers, log)
	snapshots, err := openSnapshots(path, log, logger)
	if err != nil {
		return Stores{}, fmt.Errorf("open snapshots of shard %d: %w", shard, err)
	}
	return Stores{Log: log, Stable: stableOf{stable, fmt.Sprintf("shard-%d/", shard)}, Snapshots: snapshots,
		Volume: folder(path), Reopen: log.Reopen, Closer: closers}, nil
}

// makeFolder makes a folder that survives a loss of power.
func makeFolder(path string) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return nil
	case err == nil:
		return fmt.Errorf("%s is a file and should be a folder: %w", path, ErrCorrupt)
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("open stores: %w", err)
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return fmt.Errorf("open stores: %w", err)
	}
	return durable.SyncFolder(filepath.Dir(path))
}

func openLogStore(path string, kind LogStore, logger *slog.Logger) (closableLog, error) {
	// Snapshots are never older than their log: where they are, it was.
	_, err := os.Stat(filepath.Join(path, "snapshots"))
	began := err == nil
	switch kind {
	case Bolt:
		return openBolt(filepath.Join(path, "log.db"), began)
	case WAL:
		path = filepath.Join(path, "wal")
		if _, err := os.Stat(path); began && errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s is missing: %w", path, ErrCorrupt)
		}
		if err := makeFolder(path); err != nil {
			return nil, err
		}
		if _, err := os.Stat(filepath.Join(path, metadb.FileName)); began && errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s is missing: %w", filepath.Join(path, metadb.FileName), ErrCorrupt)
		}
		return openWAL(path, logger)
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

// openBolt opens a bolt file, and makes it unless it must have been there.
func openBolt(path string, began bool) (_ *boltdb.BoltStore, err error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) && !began {
		if err := createBoltFile(path); err != nil {
			return nil, err
		}
	}
	if err := checkBoltFile(path); err != nil {
		return nil, err
	}
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("open %s: %w: %v", path, ErrCorrupt, cause)
		}
	}()
	store, err := boltdb.New(boltdb.Options{Path: path, MsgpackUseNewTimeFormat: true,
		BoltOptions: &bbolt.Options{Timeout: boltTimeout, FreelistType: bbolt.FreelistMapType, NoFreelistSync: true}})
	if err != nil {
		return nil, boltError(path, err)
	}
	return store, nil
}

// sharedBolt is one file for the shards of a node; the last one closes it.
type sharedBolt struct {
	dir   string
	mu    sync.Mutex
	store *boltdb.BoltStore
	users int
}

func (s *sharedBolt) open() (*boltdb.BoltStore, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.store == nil {
		// A shard's log is made after this file.
		logs, err := filepath.Glob(filepath.Join(s.dir, "shard-*", "snapshots"))
		if err != nil {
			return nil, fmt.Errorf("open votes: %w", err)
		}
		store, err := openBolt(filepath.Join(s.dir, "stable.db"), len(logs) > 0)
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
