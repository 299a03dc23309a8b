// Package folder is what a data folder says of itself, beside the logs: whose it is
// ([Identity]), and what its replicas have promised to others ([Promises]).
//
// Both are kept in the store of the first shard's votes. A folder that was swapped, or
// that is older than what its replicas have said, is found out by them (ADR-0026).
package folder

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/hashicorp/raft"

	"lockstep/prototype/node/storage"
)

// Identity says whose a data folder is. It is written when the folder is made and
// compared at each start, so that a folder that was swapped, copied from another
// cluster or started with other settings is refused before anybody is told what
// it holds (ADR-0026).
type Identity struct {
	Format int    `json:"format"`
	Node   string `json:"node"`
	Shards int    `json:"shards"`
	// Cluster is "" until this node knows the cluster's name; see package member.
	Cluster string `json:"cluster,omitempty"`
}

// dataFormat is the newest layout of a data folder that this version reads, and
// the one that it writes.
const dataFormat = 1

// ErrIdentity is the error for data that is another node's, another cluster's, or
// another layout's. Its text says whose it is and what to do.
var ErrIdentity = errors.New("this data is not this node's")

var KeyIdentity = []byte("Identity")

// Lookup gives nil for a key that is not there. Stores say so by this text, which
// is what the library goes by, too.
func Lookup(store raft.StableStore, key []byte) ([]byte, error) {
	value, err := store.Get(key)
	if err != nil && err.Error() == "not found" {
		return nil, nil
	}
	return value, err
}

// Claim holds a store against the node that opens it. A store without an identity
// becomes the node's.
func Claim(store raft.StableStore, node string, shards int) (Identity, error) {
	want := Identity{Format: dataFormat, Node: node, Shards: shards}
	data, err := Lookup(store, KeyIdentity)
	if err != nil {
		return want, fmt.Errorf("read identity: %w", err)
	}
	if data == nil {
		return want, want.Keep(store)
	}
	var have Identity
	if err := json.Unmarshal(data, &have); err != nil {
		return want, fmt.Errorf("read identity: %w: %w", storage.ErrCorrupt, err)
	}
	switch {
	case have.Format > dataFormat:
		return have, fmt.Errorf("%w: it has format %d, and this version reads up to %d: start it with the version that wrote it, or a later one", ErrIdentity, have.Format, dataFormat)
	case have.Node != node:
		return have, fmt.Errorf("%w: it belongs to node %s, and this is %s: start %s with it, and %s with its own", ErrIdentity, have.Node, node, have.Node, node)
	case have.Shards != shards:
		return have, fmt.Errorf("%w: it was made for %d shards, and not for %d: start the node with --shards %d", ErrIdentity, have.Shards, shards, have.Shards)
	}
	return have, nil
}

// Keep writes the identity.
func (i Identity) Keep(store raft.StableStore) error {
	data, err := json.Marshal(i)
	if err == nil {
		err = store.Set(KeyIdentity, data)
	}
	if err != nil {
		return fmt.Errorf("write identity: %w", err)
	}
	return nil
}

// NewClusterID is a name that no other cluster has.
func NewClusterID() string {
	var id [16]byte
	rand.Read(id[:]) // never fails; see crypto/rand
	return hex.EncodeToString(id[:])
}
