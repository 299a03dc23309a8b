package replica

import "github.com/hashicorp/raft"

// promisedVotes has the promises saved soon after a term or a vote was written.
type promisedVotes struct {
	raft.StableStore
	changed func()
}

func (p promisedVotes) Set(key, value []byte) error {
	defer p.changed()
	return p.StableStore.Set(key, value)
}

func (p promisedVotes) SetUint64(key []byte, value uint64) error {
	defer p.changed()
	return p.StableStore.SetUint64(key, value)
}
