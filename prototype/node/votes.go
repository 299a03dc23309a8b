package node

import (
	"fmt"

	"github.com/hashicorp/raft"
)

// votes are what a replica must remember of elections.
type votes struct {
	Term  uint64 `json:"term"`  // the newest that it knows
	Voted uint64 `json:"voted"` // the term of its newest vote
	For   string `json:"for"`   // and whom that is for
}

// before says that v cannot have followed o: terms only grow, and a vote stands.
func (v votes) before(o votes) bool {
	return v.Term < o.Term || v.Voted < o.Voted || v.Voted == o.Voted && v.For != o.For
}

// readVotes reads them by the library's names.
func readVotes(store raft.StableStore) (v votes, err error) {
	for key, to := range map[string]*uint64{"CurrentTerm": &v.Term, "LastVoteTerm": &v.Voted} {
		if *to, err = store.GetUint64([]byte(key)); err != nil && err.Error() != "not found" {
			return v, fmt.Errorf("read term: %w", err)
		}
	}
	candidate, err := lookup(store, []byte("LastVoteCand"))
	if err != nil {
		return v, fmt.Errorf("read vote: %w", err)
	}
	v.For = string(candidate)
	return v, nil
}

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
