package main

import (
	"context"
	"io/fs"
	"path/filepath"
	"sync/atomic"
	"time"
)

// folderSizeEvery is the time between two looks at a folder; within it a quota may be
// passed by what arrives.
const folderSizeEvery = time.Second

// folderSize gives the bytes of the files in a folder as of lately, until the context ends.
// Nobody waits for a disk that hangs: the last number stands.
func folderSize(ctx context.Context, dir string) func() int64 {
	var size atomic.Int64
	size.Store(bytesIn(dir))
	go func() {
		ticker := time.NewTicker(folderSizeEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				size.Store(bytesIn(dir))
			case <-ctx.Done():
				return
			}
		}
	}()
	return size.Load
}

// bytesIn passes over what is gone by the time that it is looked at.
func bytesIn(dir string) (bytes int64) {
	filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			if info, err := entry.Info(); err == nil {
				bytes += info.Size()
			}
		}
		return nil
	})
	return bytes
}
