package backup

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"lockstep/durable"
	"lockstep/prototype/order"
)

// Format is the version of the folder's files that this program writes, and the
// only one that it reads.
const Format = 1

// Manifest says what the folder holds. What it does not name is no part of the
// backup.
type Manifest struct {
	Format        int            `json:"format"`
	Cluster       string         `json:"cluster"` // its name
	Shards        int            `json:"shards"`  // that it had at the newest run
	Runs          []Run          `json:"runs"`
	Conversations []Conversation `json:"conversations"` // by shard and name
	// Sum is SHA-256 of the manifest without it.
	Sum string `json:"sum"`
}

// Run is what was added at one time.
type Run struct {
	Number   int       `json:"run"`
	Began    time.Time `json:"began"`
	Ended    time.Time `json:"ended"`
	Messages uint64    `json:"messages"`
	Files    []File    `json:"files"` // in the order in which they were written
}

// File is a part of one shard.
type File struct {
	Name  string `json:"name"`
	Shard int    `json:"shard"`
	Bytes int    `json:"bytes"`
}

// Conversation is how far the backup of one goes.
type Conversation struct {
	Name   string `json:"conversation"`
	Shard  int    `json:"shard"`
	First  uint64 `json:"first_seq"` // from which on nothing is missing
	Last   uint64 `json:"last_seq"`
	Digest string `json:"digest"` // up to Last, as the nodes had it
}

const manifestName = "manifest.json"

// ErrDamaged is the error for a backup that is not as it was written.
var ErrDamaged = errors.New("the backup is damaged")

// Read reads the manifest of a folder. One without any is an empty backup.
func Read(dir string) (Manifest, error) {
	data, err := os.ReadFile(filepath.Join(dir, manifestName))
	if errors.Is(err, fs.ErrNotExist) {
		return Manifest{Format: Format}, nil
	}
	if err != nil {
		return Manifest{}, err
	}
	var m Manifest
	path := filepath.Join(dir, manifestName)
	if err := json.Unmarshal(data, &m); err != nil {
		return m, fmt.Errorf("%w: %s: %v", ErrDamaged, path, err)
	}
	if m.Format != Format {
		return m, fmt.Errorf("%s has format %d, and this program reads %d", path, m.Format, Format)
	}
	sum := m.Sum
	// Damage that means the same is damage, too.
	again, err := m.encode()
	if err != nil || m.Sum != sum || !bytes.Equal(again, data) {
		return m, fmt.Errorf("%w: %s: its checksum does not fit", ErrDamaged, path)
	}
	return m, nil
}

func (m *Manifest) sign() error {
	m.Sum = ""
	data, err := marshal(m)
	sum := sha256.Sum256(data)
	m.Sum = hex.EncodeToString(sum[:])
	return err
}

// encode signs the manifest and gives the bytes of its file.
func (m *Manifest) encode() ([]byte, error) {
	if err := m.sign(); err != nil {
		return nil, err
	}
	data, err := json.MarshalIndent(m, "", "\t")
	return append(data, '\n'), err
}

func (m *Manifest) write(dir string) error {
	data, err := m.encode()
	if err != nil {
		return err
	}
	return durable.WriteFile(filepath.Join(dir, manifestName), data, 0o600)
}

// Messages counts those of all runs.
func (m *Manifest) Messages() (n uint64) {
	for _, r := range m.Runs {
		n += r.Messages
	}
	return n
}

func parseDigest(text string) (d order.Digest, err error) {
	data, err := hex.DecodeString(text)
	if err != nil || len(data) != len(d) {
		return d, fmt.Errorf("%q is no digest", text)
	}
	return order.Digest(data), nil
}
