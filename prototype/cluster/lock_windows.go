package cluster

import (
	"os"

	"golang.org/x/sys/windows"
)

// errLocked is what tryLock gives for a file that another process has locked.
const errLocked = windows.ERROR_LOCK_VIOLATION

// lockAt is where the locked byte lies: behind what the file says, since nobody else can
// read what is locked.
const lockAt = 1 << 30

func tryLock(file *os.File) error {
	return windows.LockFileEx(windows.Handle(file.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &windows.Overlapped{Offset: lockAt})
}
