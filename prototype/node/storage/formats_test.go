//go:build !js

package storage

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/raft"

	"lockstep/formattest"
)

// TestFormats_entry: the checksum of an entry of the log is the same in every version.
func TestFormats_entry(t *testing.T) {
	want := raft.Log{Index: 300, Term: 3, Type: raft.LogCommand, Data: []byte("data"), Extensions: []byte{1, 2}}
	formattest.Hold(t, "entry.hex", want, func(data []byte) (e raft.Log, err error) {
		store := raft.NewInmemStore()
		stored := want
		stored.Data = data
		return e, errors.Join(store.StoreLog(&stored), NewChecksummedLog(store).GetLog(want.Index, &e))
	}, func(e raft.Log) []byte {
		store := raft.NewInmemStore()
		var stored raft.Log
		if err := errors.Join(NewChecksummedLog(store).StoreLog(&e), store.GetLog(e.Index, &stored)); err != nil {
			t.Error(err)
		}
		return stored.Data
	})
}

// TestFormats_vote: a vote that was given is not given again by a later version.
func TestFormats_vote(t *testing.T) {
	type vote struct {
		Term      uint64
		Candidate string
	}
	formattest.Hold(t, "vote.hex", vote{300, "n2"}, func(data []byte) (vote, error) {
		store := raft.NewInmemStore()
		votes := NewStable(store)
		err := store.Set([]byte("Vote"), data)
		term, err1 := votes.GetUint64([]byte(keyVoteTerm))
		candidate, err2 := votes.Get([]byte(keyVoteCandidate))
		return vote{term, string(candidate)}, errors.Join(err, err1, err2)
	}, func(v vote) []byte {
		store := raft.NewInmemStore()
		votes := NewStable(store)
		err := errors.Join(votes.SetUint64([]byte(keyVoteTerm), v.Term), votes.Set([]byte(keyVoteCandidate), []byte(v.Candidate)))
		data, read := store.Get([]byte("Vote"))
		if err := errors.Join(err, read); err != nil {
			t.Error(err)
		}
		return data
	})
}

// TestFormats_snapshot: a snapshot's folder, whose library is another's work, is found
// sound and is read by every later version.
func TestFormats_snapshot(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "formats", "snapshot"))); err != nil {
		t.Fatal(err)
	}
	store, err := openSnapshots(dir, raft.NewInmemStore(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatalf("%v. %s", err, formattest.Frozen)
	}
	const id = "3-300-1800000000000"
	meta := "snapshot/snapshots/" + id + "/meta."
	want := raft.SnapshotMeta{Version: 1, ID: id, Index: 300, Term: 3, Peers: []byte("\x91\xa7n1:9090"), ConfigurationIndex: 7, Size: 5,
		Configuration: raft.Configuration{Servers: []raft.Server{{ID: "n1", Address: "n1:9090"}, {Suffrage: raft.Nonvoter, ID: "n4", Address: "n4:8080/n4:9090"}}}}
	formattest.Hold(t, meta+"json", want, func([]byte) (raft.SnapshotMeta, error) {
		opened, state, err := store.Open(id)
		if err != nil {
			return raft.SnapshotMeta{}, err
		}
		defer state.Close()
		if data, err := io.ReadAll(state); string(data) != "state" {
			t.Errorf("its state is %q, %v", data, err)
		}
		return *opened, nil
	}, nil)
	data, err := os.ReadFile(filepath.Join("testdata", "formats", meta+"json"))
	if err != nil {
		t.Fatal(err)
	}
	formattest.Hold(t, meta+"sum", "10f8d08e9d2660d0", func(sum []byte) (string, error) { return string(sum), nil }, func(string) []byte { return bytes.TrimSuffix(sumOf(data), []byte("\n")) })
}

// TestFormats_segment: entries that are in a segment of a WAL are there for every later
// version of this program and of its library.
func TestFormats_segment(t *testing.T) {
	at := time.Unix(0, 1_800_000_000_000_000_001).UTC()
	open := func(dir string) Stores {
		stores, err := DiskStores(dir, WAL, slog.New(slog.DiscardHandler))(0)
		if err != nil {
			t.Fatalf("%v. %s", err, formattest.Frozen)
		}
		return stores
	}
	segment := func(dir string) (path string) {
		err := filepath.WalkDir(dir, func(p string, _ fs.DirEntry, err error) error {
			if strings.HasSuffix(p, ".wal") {
				path = p
			}
			return err
		})
		if err != nil || path == "" {
			t.Fatalf("there is no segment: %v", err)
		}
		return path
	}
	want := []raft.Log{{Index: 1, Term: 3, Type: raft.LogCommand, Data: []byte("data"), Extensions: []byte{1, 2}, AppendedAt: at}, {Index: 2, Term: 300, Type: raft.LogNoop, Data: []byte{}, AppendedAt: at}}
	formattest.Hold(t, "segment.hex", want, func(data []byte) (list []raft.Log, err error) {
		dir := t.TempDir()
		if err := open(dir).Close(); err != nil {
			return nil, err
		}
		file, err := os.OpenFile(segment(dir), os.O_WRONLY, 0)
		if err != nil {
			return nil, err
		}
		_, err = file.WriteAt(data, 0)
		if err := errors.Join(err, file.Close()); err != nil {
			return nil, err
		}
		stores := open(dir)
		last, err := stores.Log.LastIndex()
		for index := uint64(1); index <= last && err == nil; index++ {
			var e raft.Log
			err = NewChecksummedLog(stores.Log).GetLog(index, &e)
			list = append(list, e)
		}
		return list, errors.Join(err, stores.Close())
	}, func(list []raft.Log) []byte {
		dir := t.TempDir()
		stores := open(dir)
		entries := make([]*raft.Log, len(list))
		for i := range list {
			entries[i] = &list[i]
		}
		if err := errors.Join(NewChecksummedLog(stores.Log).StoreLogs(entries), stores.Close()); err != nil {
			t.Error(err)
		}
		data, err := os.ReadFile(segment(dir))
		if err != nil {
			t.Error(err)
		}
		return bytes.TrimRight(data, "\x00")
	}, cmpopts.EquateEmpty())
}
