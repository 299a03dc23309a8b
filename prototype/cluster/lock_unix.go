//go:build unix

package cluster

import (
	"os"
	"syscall"
)

// errLocked is what tryLock gives for a file that another process has locked.
const errLocked = syscall.EWOULDBLOCK

func tryLock(file *os.File) error {
	return syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}
