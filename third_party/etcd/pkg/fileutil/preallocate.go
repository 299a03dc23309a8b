// Package fileutil stands in for the one function of etcd that
// hashicorp/raft-wal imports.
package fileutil

import (
	"io"
	"os"
)

// Preallocate gives a file its space before it is written, so that the disk
// cannot be full in the middle of it. Where the file system cannot do that, the
// file has the size and takes the space when it is written. If extend is false,
// the file keeps its size.
func Preallocate(f *os.File, size int64, extend bool) error {
	if size == 0 {
		return nil
	}
	allocated, err := allocate(f, size, extend)
	if err != nil || allocated || !extend {
		return err
	}
	end, err := f.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil || end >= size {
		return err
	}
	return f.Truncate(size)
}
