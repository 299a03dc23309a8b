//go:build !windows && !js

package durable

import (
	"errors"
	"os"
)

// SyncFolder makes the names in a folder survive a loss of power: what was made,
// renamed or removed there.
func SyncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
