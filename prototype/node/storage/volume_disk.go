//go:build !js

package storage

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// folder is the Volume of a folder of files.
type folder string

// probeSize is what a probe writes, in bytes: what a vote and a small batch take.
const probeSize = 64 << 10

func (f folder) Path() string { return string(f) }

// Probe leaves no file behind, after a failure neither.
func (f folder) Probe() (err error) {
	path := filepath.Join(string(f), ".probe")
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("probe: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close(), os.Remove(path)) }()
	if _, err := file.Write(make([]byte, probeSize)); err != nil {
		return fmt.Errorf("probe: %w", err)
	}
	if err := file.Sync(); err != nil {
		return fmt.Errorf("probe: %w", err)
	}
	return nil
}
