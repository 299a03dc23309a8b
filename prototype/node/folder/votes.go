package folder

import (
	"fmt"

	"github.com/hashicorp/raft"
)

// Votes are what a replica must remember of elections.
type Votes struct {
	Term  uint64 `json:"term"`  // the newest that it knows
	Voted uint64 `json:"voted"` // the term of its newest vote
	For   string `json:"for"`   // and whom that is for
}

// Before says that v cannot have followed o: terms only grow, and a vote stands.
func (v Votes) Before(o Votes) bool {
	return v.Term < o.Term || v.Voted < o.Voted || v.Voted == o.Voted && v.For != o.For
}

// ReadVotes reads them by the library's names.
func ReadVotes(store raft.StableStore) (v Votes, err error) {
	for key, to := range map[string]*uint64{"CurrentTerm": &v.Term, "LastVoteTerm": &v.Voted} {
		if *to, err = store.GetUint64([]byte(key)); err != nil && err.Error() != "not found" {
			return v, fmt.Errorf("read term: %w", err)
		}
	}
	candidate, err := Lookup(store, []byte("LastVoteCand"))
	if err != nil {
		return v, fmt.Errorf("read vote: %w", err)
	}
	v.For = string(candidate)
	return v, nil
}
