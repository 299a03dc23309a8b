package review

import (
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

// ErrKeysDamaged is the error for a file of keys that has changed on disk.
var ErrKeysDamaged = errors.New("the file of keys is damaged")

// OpenKeyFile opens the file, or makes it.
func OpenKeyFile(path string) (*KeyFile, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open keys: %w", err)
	}
	k := &KeyFile{file: file, at: make(map[[sha256.Size]byte]int64), keys: make(map[[sha256.Size]byte]Key)}
	if err := k.read(); err != nil {
		file.Close()
		return nil, fmt.Errorf("open keys: %s: %w", path, err)
	}
	return k, nil
}

// read takes every record. The last one may be torn by an interrupted Put: the caller
// was not told that it is there, so it is cut off. Any other that does not add up is
// damage, also one that an interrupted Destroy has left half written.
func (k *KeyFile) read() error {
	data, err := io.ReadAll(k.file)
	if err != nil {
		return err
	}
	whole := len(data) / recordSize * recordSize
	for at := 0; at < whole; at += recordSize {
		r := data[at : at+recordSize]
		if crc32.ChecksumIEEE(r[:recordSum]) != binary.LittleEndian.Uint32(r[recordSum:]) || r[0] != recordKey && r[0] != recordDestroyed {
			if at+recordSize == whole && whole == len(data) {
				whole = at
				break
			}
			return fmt.Errorf("%w at byte %d", ErrKeysDamaged, at)
		}
		id := [sha256.Size]byte(r[recordID:recordSecret])
		k.at[id] = int64(at)
		if r[0] == recordKey {
			k.keys[id] = Key{[32]byte(r[recordSecret:recordSalt]), [16]byte(r[recordSalt:recordSum])}
		}
	}
	k.size = int64(whole)
	if whole < len(data) {
		return k.file.Truncate(k.size)
	}
	return nil
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
	if err := k.write(encodeKey(recordKey, sum, key), k.size); err != nil {
		return fmt.Errorf("put key: %w", err)
	}
	k.at[sum], k.keys[sum] = k.size, key
	k.size += recordSize
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
		at = k.size
	}
	if err := k.write(encodeKey(recordDestroyed, sum, Key{}), at); err != nil {
		return fmt.Errorf("destroy key: %w", err)
	}
	if !known {
		k.at[sum] = at
		k.size += recordSize
	}
	delete(k.keys, sum)
	return nil
}

func (k *KeyFile) write(record []byte, at int64) error {
	if _, err := k.file.WriteAt(record, at); err != nil {
		return err
	}
	return k.file.Sync()
}

// Close closes the file.
func (k *KeyFile) Close() error { return k.file.Close() }
