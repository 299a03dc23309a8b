//go:build !js

package storage

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc64"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/raft"

	"lockstep/durable"
	"lockstep/prototype/node/hclogger"
)

// openSnapshots opens the snapshots of a shard's folder. The library passes over
// what it cannot read, and would start with an older state, or none, below a log
// that begins later: a hole that nobody sees.
func openSnapshots(path string, log raft.LogStore, logger *slog.Logger) (raft.SnapshotStore, error) {
	base := filepath.Join(path, "snapshots")
	if err := makeFolder(base); err != nil {
		return nil, err
	}
	newest, err := checkSnapshots(base)
	if err != nil {
		return nil, err
	}
	first, err := log.FirstIndex()
	if err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	if first > newest+1 {
		return nil, fmt.Errorf("the log in %s begins with entry %d, and no snapshot has those before it: %w", path, first, ErrCorrupt)
	}
	store, err := raft.NewFileSnapshotStoreWithLogger(path, 2, hclogger.New(logger, nil))
	return summedSnapshots{store, base}, err
}

// summedSnapshots keeps a checksum beside each snapshot's meta data, as the library
// does for its state: they say who the members are.
type summedSnapshots struct {
	raft.SnapshotStore
	base string
}

// metaSum is the file of the checksum. A snapshot of an earlier version has none.
const metaSum = "meta.sum"

func (s summedSnapshots) Create(version raft.SnapshotVersion, index, term uint64, members raft.Configuration, membersIndex uint64, transport raft.Transport) (raft.SnapshotSink, error) {
	sink, err := s.SnapshotStore.Create(version, index, term, members, membersIndex, transport)
	if err != nil {
		return nil, err
	}
	return summedSink{sink, s.base}, nil
}

type summedSink struct {
	raft.SnapshotSink
	base string
}

func (s summedSink) Close() error {
	if err := s.SnapshotSink.Close(); err != nil {
		return err
	}
	folder := filepath.Join(s.base, s.ID())
	data, err := os.ReadFile(filepath.Join(folder, "meta.json"))
	if err == nil {
		err = durable.WriteFile(filepath.Join(folder, metaSum), sumOf(data), 0o600)
	}
	if err != nil {
		return fmt.Errorf("keep the checksum of a snapshot: %w", err)
	}
	return nil
}

func sumOf(data []byte) []byte {
	return fmt.Appendf(nil, "%016x\n", crc64.Checksum(data, crc64.MakeTable(crc64.ECMA)))
}

// checkSnapshots reads every snapshot, removes what a crash or a full disk has left
// of others, and gives the newest one's index.
func checkSnapshots(base string) (newest uint64, err error) {
	entries, err := os.ReadDir(base)
	if err != nil {
		return 0, fmt.Errorf("check %s: %w", base, err)
	}
	for _, entry := range entries {
		path := filepath.Join(base, entry.Name())
		if strings.HasSuffix(entry.Name(), ".tmp") {
			if err := os.RemoveAll(path); err != nil {
				return 0, fmt.Errorf("remove a part of a snapshot: %w", err)
			}
			continue
		}
		var term, index, when uint64
		if _, err := fmt.Sscanf(entry.Name(), "%d-%d-%d", &term, &index, &when); err != nil {
			continue // not the library's
		}
		if err := checkSnapshot(path, term, index); err != nil {
			return 0, err
		}
		newest = max(newest, index)
	}
	return newest, nil
}

func checkSnapshot(path string, term, index uint64) error {
	damaged := func(file string, err error) error {
		if errors.Is(err, fs.ErrPermission) {
			return fmt.Errorf("read %s: %w: let the user who runs the node read and write it", filepath.Join(path, file), err)
		}
		return fmt.Errorf("read %s: %w: %w", filepath.Join(path, file), ErrCorrupt, err)
	}
	data, err := os.ReadFile(filepath.Join(path, "meta.json"))
	if err != nil {
		return damaged("meta.json", err)
	}
	var meta struct {
		raft.SnapshotMeta
		CRC []byte
	}
	if err := json.Unmarshal(data, &meta); err != nil {
		return damaged("meta.json", err)
	}
	sum, err := os.ReadFile(filepath.Join(path, metaSum))
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return damaged(metaSum, err)
	case !bytes.Equal(sum, sumOf(data)):
		return damaged("meta.json", fmt.Errorf("it is not what %s says", metaSum))
	}
	if meta.Term != term || meta.Index != index || meta.ID != filepath.Base(path) {
		return damaged("meta.json", fmt.Errorf("it is of snapshot %q, up to entry %d of term %d", meta.ID, meta.Index, meta.Term))
	}
	state, err := os.Open(filepath.Join(path, "state.bin"))
	if err != nil {
		return damaged("state.bin", err)
	}
	defer state.Close()
	stateSum := crc64.New(crc64.MakeTable(crc64.ECMA))
	size, err := io.Copy(stateSum, state)
	if err != nil {
		return damaged("state.bin", err)
	}
	if size != meta.Size || string(stateSum.Sum(nil)) != string(meta.CRC) {
		return damaged("state.bin", fmt.Errorf("its %d bytes are not the %d that were written", size, meta.Size))
	}
	return nil
}
