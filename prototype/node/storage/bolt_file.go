//go:build !js

package storage

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"lockstep/durable"
)

// A bolt file begins with two pages that describe it, of which the newer valid
// one counts. bolt maps the file into memory and believes it, so that a file that
// is damaged makes the process fault or panic later on.
const (
	boltMagic     = 0xED0CDAED
	boltPageHead  = 16
	boltMetaBytes = 64
)

// boltTimeout is how long another process may hold a bolt file that it is about to
// close.
const boltTimeout = 5 * time.Second

// checkBoltFile reads a whole bolt file and gives ErrCorrupt if bolt could not.
// It does not notice a changed value; those who keep values that matter check them.
func checkBoltFile(path string) error {
	if err := isFile(path); err != nil {
		return err
	}
	return checkBoltContent(path)
}

// isFile gives an error for what cannot be opened as a file that was written.
func isFile(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s is missing: %w", path, ErrCorrupt)
	case err != nil:
		return fmt.Errorf("check %s: %w", path, err)
	case info.IsDir():
		return fmt.Errorf("%s is a folder and should be a file: %w", path, ErrCorrupt)
	case info.Size() == 0:
		return fmt.Errorf("%s is empty: %w", path, ErrCorrupt)
	}
	return nil
}

// checkBoltContent wants both descriptions to be valid. bolt is content with one, and
// goes back by a transaction if it is the older one: to an older vote, or to a list
// of segments from which the newest is missing. A crash does not spoil a description,
// which is smaller than the sector that a disk writes at once.
func checkBoltContent(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("check %s: %w", path, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("check %s: %w", path, err)
	}
	page := int64(os.Getpagesize())
	var newest, pages, root, freelist uint64
	for i, at := range []int64{0, page} {
		var meta [boltMetaBytes]byte
		if _, err := file.ReadAt(meta[:], at+boltPageHead); err != nil {
			return fmt.Errorf("%s has %d bytes, too few for its head: %w", path, info.Size(), ErrCorrupt)
		}
		hash := fnv.New64a()
		hash.Write(meta[:56])
		if binary.NativeEndian.Uint32(meta[:4]) != boltMagic || binary.NativeEndian.Uint64(meta[56:64]) != hash.Sum64() {
			return fmt.Errorf("page %d of %s, a part of its head, is not valid: %w", i, path, ErrCorrupt)
		}
		if tx := binary.NativeEndian.Uint64(meta[48:56]); i == 0 || tx >= newest {
			newest, root, freelist = tx, binary.NativeEndian.Uint64(meta[16:24]), binary.NativeEndian.Uint64(meta[32:40])
			pages = binary.NativeEndian.Uint64(meta[40:48])
		}
	}
	if info.Size() < int64(pages)*page {
		return fmt.Errorf("%s has %d bytes and should have %d: %w", path, info.Size(), int64(pages)*page, ErrCorrupt)
	}
	content := boltPages{file: file, page: uint64(page), high: pages, seen: make(map[uint64]bool)}
	if err := content.verify(root, freelist); err != nil {
		return fmt.Errorf("read %s: %w: %w", path, ErrCorrupt, err)
	}
	return nil
}

// boltError translates an error of opening a bolt file.
func boltError(path string, err error) error {
	for _, damage := range []error{bolterrors.ErrInvalid, bolterrors.ErrChecksum, bolterrors.ErrVersionMismatch} {
		if errors.Is(err, damage) {
			return fmt.Errorf("open %s: %w: %w", path, ErrCorrupt, err)
		}
	}
	if errors.Is(err, bolterrors.ErrTimeout) {
		return fmt.Errorf("open %s: another process uses it: stop that one, or give this one another data folder", path)
	}
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("open %s: %w: let the user who runs the node read and write it", path, err)
	}
	return fmt.Errorf("open %s: %w", path, err)
}

// createBoltFile makes a bolt file that is whole from the moment it has its name,
// so that one which is empty is damaged.
func createBoltFile(path string) error {
	temp := path + ".new"
	if err := os.RemoveAll(temp); err != nil {
		return fmt.Errorf("create %s: %w", path, err)
	}
	db, err := bbolt.Open(temp, 0o600, &bbolt.Options{NoFreelistSync: true, FreelistType: bbolt.FreelistMapType})
	if err == nil {
		err = errors.Join(db.Sync(), db.Close())
	}
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err == nil {
		err = durable.SyncFolder(filepath.Dir(path))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("create %s: %w", path, err), os.RemoveAll(temp))
	}
	return nil
}
