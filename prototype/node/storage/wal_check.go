//go:build !js

package storage

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/hashicorp/raft-wal/metadb"
	"github.com/hashicorp/raft-wal/segment"
)

// checkWAL gives ErrCorrupt for a folder that the library would panic at, or would
// take for a newer or older one: it deletes segments that are not listed, and begins
// a new log where the list is missing.
func checkWAL(path string) error {
	segments, err := filepath.Glob(filepath.Join(path, "*.wal"))
	if err != nil {
		return fmt.Errorf("check %s: %w", path, err)
	}
	list := filepath.Join(path, metadb.FileName)
	if _, err := os.Stat(list); errors.Is(err, fs.ErrNotExist) && len(segments) == 0 {
		return nil
	}
	if err := checkBoltFile(list); err != nil {
		return err
	}
	var meta metadb.BoltMetaDB
	state, err := meta.Load(path)
	if err = errors.Join(err, meta.Close()); err != nil {
		return fmt.Errorf("read %s: %w: %w", list, ErrCorrupt, err)
	}
	if len(state.Segments) == 0 && len(segments) > 0 {
		return fmt.Errorf("%s lists no segments, and there are %d: %w", list, len(segments), ErrCorrupt)
	}
	for i, s := range state.Segments {
		if i > 0 && s.BaseIndex != state.Segments[i-1].MaxIndex+1 {
			return fmt.Errorf("%s lists a segment that begins with entry %d, and the one before it ends with %d: %w", list, s.BaseIndex, state.Segments[i-1].MaxIndex, ErrCorrupt)
		}
		if s.ID >= state.NextSegmentID || s.BaseIndex == 0 || s.MinIndex < s.BaseIndex || !s.SealTime.IsZero() && s.MaxIndex < s.MinIndex {
			return fmt.Errorf("%s lists a segment that cannot be: %+v: %w", list, s, ErrCorrupt)
		}
		file := filepath.Join(path, segment.FileName(s))
		info, err := os.Stat(file)
		switch {
		case errors.Is(err, fs.ErrNotExist) && s.SealTime.IsZero() && i == len(state.Segments)-1:
			// A crash has come between the list and the file; nothing was in it.
		case errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("%s is missing: %w", file, ErrCorrupt)
		case err != nil:
			return fmt.Errorf("check %s: %w", file, err)
		case info.IsDir():
			return fmt.Errorf("%s is a folder and should be a file: %w", file, ErrCorrupt)
		}
	}
	// The newest file that is not listed was made after the list: no crash does that.
	if n := len(state.Segments); n > 0 {
		for _, file := range segments {
			var base, id uint64
			if _, err := fmt.Sscanf(filepath.Base(file), "%020d-%016x.wal", &base, &id); err != nil || id >= state.NextSegmentID {
				return fmt.Errorf("%s is not listed in %s, which is older: %w", file, list, ErrCorrupt)
			}
		}
	}
	return nil
}
