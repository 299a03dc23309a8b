//go:build linux || darwin || freebsd

package storage

import (
	"fmt"

	"golang.org/x/sys/unix"
)

func (f folder) Room() (free, total uint64, err error) {
	var s unix.Statfs_t
	if err := unix.Statfs(string(f), &s); err != nil {
		return 0, 0, fmt.Errorf("ask how full %s is: %w", f, err)
	}
	return uint64(s.Bavail) * uint64(s.Bsize), s.Blocks * uint64(s.Bsize), nil
}
