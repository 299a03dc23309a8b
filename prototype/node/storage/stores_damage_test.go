package storage

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// held is what a data folder remembers, as text.
func held(dir string, kind LogStore) (_ string, err error) {
	stores, err := DiskStores(dir, kind, slog.New(slog.DiscardHandler))(0)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, stores.Close()) }()
	log, votes := NewChecksummedLog(stores.Log), NewStable(stores.Stable)
	if err := log.Verify(); err != nil {
		return "", fmt.Errorf("%s: %w", stores.Volume.Path(), err) // as a node does
	}
	first, _ := log.FirstIndex()
	last, _ := log.LastIndex()
	term, err1 := votes.GetUint64([]byte("CurrentTerm"))
	voted, err2 := votes.GetUint64([]byte(keyVoteTerm))
	candidate, err3 := votes.Get([]byte(keyVoteCandidate))
	snapshots, err4 := stores.Snapshots.List()
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return "", err
	}
	text := fmt.Sprintf("entries %d to %d, term %d, vote %d for %s", first, last, term, voted, candidate)
	for _, s := range snapshots {
		_, state, err := stores.Snapshots.Open(s.ID)
		if err != nil {
			return "", err
		}
		data, err := io.ReadAll(state)
		if err := errors.Join(err, state.Close()); err != nil {
			return "", err
		}
		text += fmt.Sprintf(", snapshot up to %d: %s", s.Index, data)
	}
	// A log that cannot be written is no log.
	return text, log.StoreLogs(entries(2, last+1, last+1))
}

// damages are done to a file of a data folder.
var damages = map[string]func(path string) error{
	"emptied":  func(path string) error { return os.Truncate(path, 0) },
	"deleted":  os.Remove,
	"one byte": func(path string) error { return os.Truncate(path, 1) },
	"cut in half": func(path string) error {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		return os.Truncate(path, info.Size()/2)
	},
	"zeros":                    func(path string) error { return zero(path, 0, 1<<20) },
	"zeros at the head":        func(path string) error { return zero(path, 0, 4096) },
	"zeros in the second page": func(path string) error { return zero(path, 4096, 4096) },
	"zeros at the tail": func(path string) error {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		return zero(path, max(0, info.Size()-4096), 4096)
	},
	"zeros over the second half": func(path string) error {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		return zero(path, info.Size()/2, 1<<20)
	},
	"a folder instead": func(path string) error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o700)) },
	"other text":       func(path string) error { return os.WriteFile(path, bytes.Repeat([]byte("lorem ipsum "), 2000), 0o600) },
}

// zero puts zeros over a part of a file, and leaves its length.
func zero(path string, at, n int64) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	return overwrite(path, at, make([]byte, max(0, min(n, info.Size()-at))))
}

func overwrite(path string, at int64, by []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = file.WriteAt(by, at)
	return errors.Join(err, file.Close())
}

// TestDiskStores_damage damages every file of a data folder in every way. Either
// all that was in it is there, or it is refused with ErrCorrupt, the file by name,
// and what to do. Nothing panics.
func TestDiskStores_damage(t *testing.T) {
	for _, kind := range LogStores {
		files := unpacked(t, fmt.Sprintf("bbolt-1.3.6-%s.tar.gz", kind))
		want, err := held(lay(t, files), kind)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			for how, damage := range damages {
				t.Run(fmt.Sprintf("%s/%s/%s", kind, f.name, how), func(t *testing.T) { tryDamage(t, files, kind, f.name, want, damage) })
			}
			for seed := range uint64(8) {
				t.Run(fmt.Sprintf("%s/%s/bit %d", kind, f.name, seed), func(t *testing.T) {
					random := rand.New(rand.NewPCG(seed, 0))
					at := random.IntN(len(f.data))
					flipped := []byte{f.data[at] ^ 1<<random.IntN(8)}
					tryDamage(t, files, kind, f.name, want, func(path string) error { return overwrite(path, int64(at), flipped) })
				})
			}
		}
	}
}

func tryDamage(t *testing.T, files []packed, kind LogStore, name, want string, damage func(path string) error) {
	dir := lay(t, files)
	if err := damage(filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
	got, err := held(dir, kind)
	switch {
	case err == nil && got != want && strings.HasSuffix(name, ".wal") && isTorn(got, want):
		// The end of a log that was torn off looks like a write that was never
		// acknowledged. What this replica has promised is written down elsewhere.
	case err == nil && got != want:
		t.Errorf("it opens with\n%s\nand had\n%s", got, want)
	case err == nil:
	case !errors.Is(err, ErrCorrupt):
		t.Errorf("refused without saying that it is damaged: %v", err)
	case !strings.Contains(err.Error(), dir):
		t.Errorf("the error does not say what is damaged: %v", err)
	}
}

// isTorn says whether a folder has lost the end of its log and nothing else.
func isTorn(got, want string) bool {
	var first, last, first2, last2 int
	if n, _ := fmt.Sscanf(got, "entries %d to %d,", &first, &last); n != 2 {
		return false
	}
	if n, _ := fmt.Sscanf(want, "entries %d to %d,", &first2, &last2); n != 2 {
		return false
	}
	_, rest, _ := strings.Cut(got, ",")
	_, rest2, _ := strings.Cut(want, ",")
	return first == first2 && last < last2 && rest == rest2
}
