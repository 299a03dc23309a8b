//go:build !js

package node

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"os"
)

// A bolt file begins with two pages that describe it, of which the newer valid
// one counts. bolt maps the file into memory and believes it, so that a file
// that is shorter than it says makes the process fault later on.
const (
	boltMagic     = 0xED0CDAED
	boltPageHead  = 16
	boltMetaBytes = 64
)

// checkBoltFile says whether a bolt file is as long as it claims to be. A file
// that does not exist is fine.
func checkBoltFile(path string) error {
	file, err := os.Open(path)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("check %s: %w", path, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("check %s: %w", path, err)
	}
	if info.Size() == 0 {
		return nil // created and not yet written: bolt begins anew
	}
	page := int64(os.Getpagesize())
	var newest, pages uint64
	found := false
	for _, at := range []int64{0, page} {
		var meta [boltMetaBytes]byte
		if _, err := file.ReadAt(meta[:], at+boltPageHead); err != nil {
			continue
		}
		hash := fnv.New64a()
		hash.Write(meta[:56])
		if binary.NativeEndian.Uint32(meta[:4]) != boltMagic || binary.NativeEndian.Uint64(meta[56:64]) != hash.Sum64() {
			continue
		}
		if tx := binary.NativeEndian.Uint64(meta[48:56]); !found || tx >= newest {
			newest, pages, found = tx, binary.NativeEndian.Uint64(meta[40:48]), true
		}
	}
	switch {
	case !found:
		return fmt.Errorf("check %s: no valid head: %w", path, ErrCorrupt)
	case info.Size() < int64(pages)*page:
		return fmt.Errorf("check %s: it has %d bytes and should have %d: %w", path, info.Size(), int64(pages)*page, ErrCorrupt)
	}
	return nil
}
