package cluster

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/windows"
)

// ErrInUse is the error for a data folder that another process uses.
var ErrInUse = errors.New("the data folder is in use")

// Lock is the right to use a data folder. The system takes it back when the process
// ends, however it ends.
type Lock struct{ file *os.File }

// lockAt is where the locked byte lies: behind what the file says, since nobody else can
// read what is locked.
const lockAt = 1 << 30

// LockFolder creates the folder if need be and locks it, and tries for as long as
// patience says while another process holds the lock.
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
		err = windows.LockFileEx(windows.Handle(file.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &windows.Overlapped{Offset: lockAt})
		if err == nil || !errors.Is(err, windows.ERROR_LOCK_VIOLATION) || time.Now().After(deadline) {
			break
		}
	}
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
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

// Unlock gives the folder back. The file stays.
func (l *Lock) Unlock() error { return l.file.Close() }
