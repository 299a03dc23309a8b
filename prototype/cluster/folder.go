//go:build unix

package cluster

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"lockstep/durable"
)

// ErrInUse is the error for a data folder that another process uses.
var ErrInUse = errors.New("the data folder is in use")

// ErrLayout is the error for a data folder that belongs to a cluster with another
// number of nodes or shards.
var ErrLayout = errors.New("the data folder belongs to a cluster of another layout")

// Lock is the right to use a data folder. The system takes it back when the
// process ends, however it ends, so there is no such thing as a stale one.
type Lock struct{ file *os.File }

// LockFolder creates the folder if need be and locks it. While another process
// holds the lock it tries for as long as patience says: a process that was just
// told to stop needs a moment.
func LockFolder(dir string, patience time.Duration) (*Lock, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("lock data folder: %w", err)
	}
	path := filepath.Join(dir, "lock")
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("lock data folder: %w", err)
	}
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil || !errors.Is(err, syscall.EWOULDBLOCK) || time.Now().After(deadline) {
			break
		}
	}
	if errors.Is(err, syscall.EWOULDBLOCK) {
		holder, _ := os.ReadFile(path)
		file.Close()
		return nil, fmt.Errorf("%w: %s, by process %s", ErrInUse, dir, strings.TrimSpace(string(holder)))
	}
	if err == nil {
		err = file.Truncate(0)
	}
	if err == nil {
		_, err = file.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("lock data folder: %w", err)
	}
	return &Lock{file}, nil
}

// Unlock gives the folder back. The file stays: whoever removed it could remove
// the one that a successor has just locked.
func (l *Lock) Unlock() error { return l.file.Close() }

// layout is what must stay as it was when the data was made: conversations are
// spread over that many shards, and each is kept by that many nodes.
type layout struct {
	Nodes  int `json:"nodes"`
	Shards int `json:"shards"`
}

// claim writes the layout into a new folder, or holds it against an old one.
func claim(dir string, want layout) error {
	path := filepath.Join(dir, "layout.json")
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if data, err = json.Marshal(want); err == nil {
			err = durable.WriteFile(path, append(data, '\n'), 0o644)
		}
		if err != nil {
			return fmt.Errorf("claim data folder: %w", err)
		}
		return nil
	}
	var have layout
	if err == nil {
		err = json.Unmarshal(data, &have)
	}
	if err != nil {
		return fmt.Errorf("claim data folder: %s: %w", path, err)
	}
	if have != want {
		return fmt.Errorf("%w: %s was made for %d nodes and %d shards, not for %d and %d", ErrLayout, dir, have.Nodes, have.Shards, want.Nodes, want.Shards)
	}
	return nil
}
