//go:build !js

package storage

import (
	"io/fs"
	"path/filepath"
	"strings"

	"lockstep/prototype/node/disk"
)

// Sizes adds up the files below the folder. Those that vanish meanwhile do not count.
func (f folder) Sizes() map[string]uint64 {
	sizes := map[string]uint64{disk.StoreLog: 0, disk.StoreSnapshots: 0}
	snapshots := filepath.Join(string(f), "snapshots") + string(filepath.Separator)
	filepath.WalkDir(string(f), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			return nil
		}
		store := disk.StoreLog
		if strings.HasPrefix(path, snapshots) {
			store = disk.StoreSnapshots
		}
		sizes[store] += uint64(info.Size())
		return nil
	})
	return sizes
}
