package fileutil

import (
	"errors"
	"os"
	"syscall"
)

// keepSize is FALLOC_FL_KEEP_SIZE.
const keepSize = 1

func allocate(f *os.File, size int64, extend bool) (bool, error) {
	mode := uint32(keepSize)
	if extend {
		mode = 0
	}
	for {
		switch err := syscall.Fallocate(int(f.Fd()), mode, 0, size); {
		case err == nil:
			return true, nil
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.ENOTSUP), errors.Is(err, syscall.ENOSYS):
			return false, nil
		default:
			return false, &os.PathError{Op: "allocate", Path: f.Name(), Err: err}
		}
	}
}
