package disk

import (
	"errors"
	"syscall"
)

// Volume is the disk below the stores of a shard. Its methods may be called from
// any goroutine.
type Volume interface {
	// Path names it to people.
	Path() string
	// Room gives, in bytes, what may still be written and what the disk holds.
	Room() (free, total uint64, err error)
	// Probe writes something, flushes it and removes it.
	Probe() error
}

// LacksRoom says whether a write failed in a way that leaves no doubt: nothing of
// it counts, and it can be made again when somebody has made room. After any
// other error nobody knows what the disk has kept: a second fsync succeeds although
// the first one lost what it was for.
func LacksRoom(err error) bool {
	for _, cause := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS, syscall.EFBIG} {
		if errors.Is(err, cause) {
			return true
		}
	}
	return false
}
