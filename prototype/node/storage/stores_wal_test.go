package storage

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/hashicorp/raft"
	"github.com/hashicorp/raft-wal/metadb"
	"github.com/hashicorp/raft-wal/segment"
)

// large are entries of a mebibyte each, of which a segment holds fifteen.
func large(from, to uint64) (list []*raft.Log) {
	for _, e := range entries(1, from, to) {
		e.Data = append(slices.Repeat([]byte{'x'}, 1<<20), e.Data...)
		list = append(list, e)
	}
	return list
}

// sealedTail gives a WAL whose newest segment is sealed while the list says that it
// is open, as a crash or a full disk leaves it, and where the segment's index begins.
func sealedTail(t *testing.T) (dir string, last uint64, file string, index uint64) {
	t.Helper()
	dir = t.TempDir()
	log, err := openWAL(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := log.StoreLogs(large(1, 14)); err != nil {
		t.Fatal(err)
	}
	var meta metadb.BoltMetaDB
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := meta.Load(dir)
	if err := errors.Join(err, meta.Close()); err != nil {
		t.Fatal(err)
	}
	if log, err = openWAL(dir, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(log.StoreLogs(large(15, 16)), log.StoreLogs(large(17, 17)), log.DeleteRange(17, 17), log.Close()); err != nil {
		t.Fatal(err)
	}
	after, err := meta.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(after.Segments) < 2 || after.Segments[0].SealTime.IsZero() {
		t.Fatalf("the segment is not full: %+v", after)
	}
	if err := errors.Join(meta.CommitState(before), meta.Close()); err != nil {
		t.Fatal(err)
	}
	for _, s := range after.Segments[1:] {
		if err := os.Remove(filepath.Join(dir, segment.FileName(s))); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	return dir, 16, filepath.Join(dir, segment.FileName(before.Segments[0])), after.Segments[0].IndexStart
}

// TestOpenWAL_sealed_tail: a log that stopped between sealing a segment and noting
// that can be written again, and has lost nothing.
func TestOpenWAL_sealed_tail(t *testing.T) {
	dir, last, _, _ := sealedTail(t)
	for range 2 {
		log, err := openWAL(dir, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := log.LastIndex(); got != last {
			t.Fatalf("it ends with %d, want %d", got, last)
		}
		for i := uint64(1); i <= last; i++ {
			var e raft.Log
			if err := log.GetLog(i, &e); err != nil || e.Index != i {
				t.Fatalf("entry %d: %v", i, err)
			}
		}
		last++
		if err := errors.Join(log.StoreLogs(entries(1, last, last)), log.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestOpenWAL_torn_index: a log whose disk was full in the middle of a segment's
// index, before the batch counted, can be written again and has what counted.
func TestOpenWAL_torn_index(t *testing.T) {
	dir, _, file, index := sealedTail(t)
	if err := os.Truncate(file, int64(index)+12); err != nil {
		t.Fatal(err)
	}
	log, err := openWAL(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	got, _ := log.LastIndex()
	if got != 14 {
		t.Fatalf("it ends with %d, want 14, the last of the batch before", got)
	}
	if err := errors.Join(log.StoreLogs(entries(1, 15, 15)), log.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestReopeningLog_reads_wait: who reads while the log is opened again gets what it
// asked for, afterwards.
func TestReopeningLog_reads_wait(t *testing.T) {
	memory := raft.NewInmemStore()
	if err := memory.StoreLogs(entries(1, 1, 1)); err != nil {
		t.Fatal(err)
	}
	again := make(chan error)
	first := true
	l, err := newReopeningLog(func() (closableLog, error) {
		if first {
			first = false
			return unclosed{memory}, nil
		}
		return unclosed{memory}, <-again
	})
	if err != nil {
		t.Fatal(err)
	}
	reopened := make(chan error, 2)
	go func() { reopened <- l.Reopen(); reopened <- l.Reopen() }()
	again <- errors.New("no room")
	if err := <-reopened; err == nil {
		t.Error("it could not be opened and says nothing")
	}
	read := make(chan error, 1)
	go func() {
		var e raft.Log
		read <- l.GetLog(1, &e)
	}()
	if err := l.StoreLogs(entries(1, 2, 2)); err == nil {
		t.Error("a log that is closed takes entries")
	}
	select {
	case err := <-read:
		t.Errorf("a read of a closed log ended: %v", err)
	case <-time.After(10 * time.Millisecond):
	}
	again <- nil
	if err := errors.Join(<-reopened, <-read, l.Close()); err != nil {
		t.Error(err)
	}
}

type unclosed struct{ raft.LogStore }

func (unclosed) Close() error { return nil }
