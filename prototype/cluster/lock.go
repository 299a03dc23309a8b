//go:build unix || windows

package cluster

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// ErrInUse is the error for a data folder that another process uses.
var ErrInUse = errors.New("the data folder is in use")

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
		err = tryLock(file)
		if err == nil || !errors.Is(err, errLocked) || time.Now().After(deadline) {
			break
		}
	}
	if errors.Is(err, errLocked) {
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
