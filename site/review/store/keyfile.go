package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"sync"
)

// KeyFile keeps keys in one file of records of equal size. A key is added at the
// end; destroying one writes zeros over it, in place, and waits for the disk.
// What a disk keeps of overwritten sectors by itself is beyond us.
type KeyFile struct {
	file *os.File

	mu   sync.Mutex
	at   map[[sha256.Size]byte]int64 // where the record of an id is
	keys map[[sha256.Size]byte]Key
	hurt map[[sha256.Size]byte]int64 // records that do not add up
	size int64
}

var _ Keys = (*KeyFile)(nil)

// A record: one byte (1 a key, 2 a destroyed one), the hash of the id, the
// secret, the salt, a checksum of all before.
const (
	recordKey       = 1
	recordDestroyed = 2
	recordID        = 1
	recordSecret    = recordID + sha256.Size
	recordSalt      = recordSecret + 32
	recordSum       = recordSalt + 16
	recordSize      = recordSum + 4
)

var errKeyTaken = errors.New("the id has another key, or had one")

// OpenKeyFile opens the file, or makes it.
func OpenKeyFile(path string) (*KeyFile, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open keys: %w", err)
	}
	k := &KeyFile{file: file, at: make(map[[sha256.Size]byte]int64), keys: make(map[[sha256.Size]byte]Key), hurt: make(map[[sha256.Size]byte]int64)}
	if err := k.read(); err != nil {
		file.Close()
		return nil, fmt.Errorf("open keys: %s: %w", path, err)
	}
	return k, nil
}

// read takes every record that is whole. One at the end that is torn was being added
// when the process ended, and nobody was told that it is there, so it is cut off. One
// that [KeyFile.Destroy] has torn is destroyed now. Any other that does not add up is
// a key that is lost; the rest is as good as it was, and who opens the texts finds
// out which it is.
func (k *KeyFile) read() error {
	data, err := io.ReadAll(k.file)
	if err != nil {
		return err
	}
	whole := len(data) / recordSize * recordSize
	for at := 0; at < whole; at += recordSize {
		r := data[at : at+recordSize]
		id := [sha256.Size]byte(r[recordID:recordSecret])
		switch {
		case sums(r) && r[0] == recordKey:
			k.keys[id] = Key{[32]byte(r[recordSecret:recordSalt]), [16]byte(r[recordSalt:recordSum])}
			k.at[id] = int64(at)
		case sums(r) && r[0] == recordDestroyed:
			delete(k.keys, id)
			k.at[id] = int64(at)
		case tornByDestroy(r, id):
			if err := k.write(encodeKey(recordDestroyed, id, Key{}), int64(at)); err != nil {
				return err
			}
			k.at[id] = int64(at)
		case at+recordSize == whole && whole == len(data):
			whole = at
		default:
			k.hurt[id] = int64(at)
		}
	}
	k.size = int64(whole)
	if whole < len(data) {
		return k.file.Truncate(k.size)
	}
	return nil
}

func sums(r []byte) bool {
	return crc32.ChecksumIEEE(r[:recordSum]) == binary.LittleEndian.Uint32(r[recordSum:])
}

// tornByDestroy says whether a record is partly what it was and partly what Destroy
// was writing over it: the beginning, or the end.
func tornByDestroy(r []byte, id [sha256.Size]byte) bool {
	written := encodeKey(recordDestroyed, id, Key{})
	return r[0] == recordDestroyed || r[0] == recordKey && bytes.Equal(r[recordSum:], written[recordSum:])
}

func encodeKey(kind byte, id [sha256.Size]byte, key Key) []byte {
	r := make([]byte, recordSize)
	r[0] = kind
	copy(r[recordID:], id[:])
	copy(r[recordSecret:], key.Secret[:])
	copy(r[recordSalt:], key.Salt[:])
	binary.LittleEndian.PutUint32(r[recordSum:], crc32.ChecksumIEEE(r[:recordSum]))
	return r
}

// Put adds a key. The same one again is no error.
func (k *KeyFile) Put(_ context.Context, id string, key Key) error {
	sum := sha256.Sum256([]byte(id))
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, ok := k.at[sum]; ok {
		if was, ok := k.keys[sum]; ok && was == key {
			return nil
		}
		return fmt.Errorf("put key: %w: %q", errKeyTaken, id)
	}
	at := k.place(sum)
	if err := k.write(encodeKey(recordKey, sum, key), at); err != nil {
		return fmt.Errorf("put key: %w", err)
	}
	k.keys[sum] = key
	k.placed(sum, at)
	return nil
}

// Get finds a key that was not destroyed.
func (k *KeyFile) Get(_ context.Context, id string) (Key, bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	key, ok := k.keys[sha256.Sum256([]byte(id))]
	return key, ok, nil
}

// destroyed says whether an id had a key, or must never have one.
func (k *KeyFile) destroyed(id string) bool {
	sum := sha256.Sum256([]byte(id))
	k.mu.Lock()
	defer k.mu.Unlock()
	_, known := k.at[sum]
	_, ok := k.keys[sum]
	return known && !ok
}

// Destroy writes zeros over a key. An id that has none is noted, so that a key
// that comes late is not taken.
func (k *KeyFile) Destroy(id string) error {
	sum := sha256.Sum256([]byte(id))
	k.mu.Lock()
	defer k.mu.Unlock()
	at, known := k.at[sum]
	if _, ok := k.keys[sum]; known && !ok {
		return nil
	}
	if !known {
		at = k.place(sum)
	}
	if err := k.write(encodeKey(recordDestroyed, sum, Key{}), at); err != nil {
		return fmt.Errorf("destroy key: %w", err)
	}
	k.placed(sum, at)
	delete(k.keys, sum)
	return nil
}

// place is where the record of an id that has none goes: over one that was damaged,
// in which the secret may still be, or at the end.
func (k *KeyFile) place(id [sha256.Size]byte) int64 {
	if at, ok := k.hurt[id]; ok {
		return at
	}
	return k.size
}

func (k *KeyFile) placed(id [sha256.Size]byte, at int64) {
	delete(k.hurt, id)
	k.at[id] = at
	k.size = max(k.size, at+recordSize)
}

func (k *KeyFile) write(record []byte, at int64) error {
	if _, err := k.file.WriteAt(record, at); err != nil {
		return err
	}
	return k.file.Sync()
}

// Close closes the file.
func (k *KeyFile) Close() error { return k.file.Close() }
