package storage

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/hashicorp/raft"
)

// packed is a file of an archive. Most of a segment is a hole at its end.
type packed struct {
	name string
	data []byte // without the hole
	size int64  // with it
}

// unpacked reads an archive of testdata.
func unpacked(t *testing.T, name string) (files []packed) {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	plain, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	for archive := tar.NewReader(plain); ; {
		head, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		if head.FileInfo().IsDir() {
			continue
		}
		data, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		zeros := make([]byte, 64<<10)
		for bytes.HasSuffix(data, zeros) {
			data = data[:len(data)-len(zeros)]
		}
		files = append(files, packed{head.Name, bytes.TrimRight(data, "\x00"), head.Size})
	}
}

// lay writes the files into a new folder.
func lay(t *testing.T, files []packed) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, f := range files {
		path := filepath.Join(dir, f.name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, f.data, 0o600), os.Truncate(path, f.size)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestDiskStores_earlier_bbolt: data that was written with bbolt 1.3.6 is read,
// votes included, and can be added to. It holds entries 21 to 160, of which those
// from 150 on replaced others, a snapshot up to 30, and forty votes of which the last
// counts.
func TestDiskStores_earlier_bbolt(t *testing.T) {
	for _, kind := range LogStores {
		t.Run(string(kind), func(t *testing.T) {
			dir := lay(t, unpacked(t, fmt.Sprintf("bbolt-1.3.6-%s.tar.gz", kind)))
			for last := uint64(160); last < 162; last++ { // the second round reads what the first has added
				stores, err := DiskStores(dir, kind, slog.New(slog.DiscardHandler))(0)
				if err != nil {
					t.Fatal(err)
				}
				log, votes := NewChecksummedLog(stores.Log), NewStable(stores.Stable)
				if err := log.Verify(); err != nil {
					t.Error(err)
				}
				from, _ := log.FirstIndex()
				to, _ := log.LastIndex()
				var before, after raft.Log
				if err := errors.Join(log.GetLog(149, &before), log.GetLog(150, &after)); err != nil {
					t.Error(err)
				}
				if from != 21 || to != last || before.Term != 1 || after.Term != 2 || string(after.Data) != "2/150" {
					t.Errorf("entries %d to %d, terms %d and %d, data %q", from, to, before.Term, after.Term, after.Data)
				}
				current, err1 := votes.GetUint64([]byte("CurrentTerm"))
				term, err2 := votes.GetUint64([]byte(keyVoteTerm))
				candidate, err3 := votes.Get([]byte(keyVoteCandidate))
				if err := errors.Join(err1, err2, err3); err != nil || current != 40 || term != 40 || string(candidate) != "n40" {
					t.Errorf("term %d, vote for %q in %d, %v", current, candidate, term, err)
				}
				if err := log.StoreLogs(entries(2, last+1, last+1)); err != nil {
					t.Error(err)
				}
				if err := stores.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}
