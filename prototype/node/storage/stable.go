package storage

import (
	"encoding/binary"
	"fmt"
	"sync"

	"github.com/hashicorp/raft"

	"lockstep/prototype/mutant"
)

// Stable keeps the term and the vote of a shard. The library writes a vote in
// two steps, its term and then its candidate, and a crash between the two makes
// an older vote look like one in the newer term (hashicorp/raft issue 661). Here
// the first step is held back, and the second writes both under one key.
type Stable struct {
	raft.StableStore

	mu     sync.Mutex
	staged []byte // the term of a vote whose candidate is yet to come
}

var _ raft.StableStore = (*Stable)(nil)

const (
	keyVoteTerm      = "LastVoteTerm" // the library's names
	keyVoteCandidate = "LastVoteCand"
	keyVote          = "Vote"
)

// NewStable keeps the vote in a store.
func NewStable(store raft.StableStore) *Stable { return &Stable{StableStore: store} }

func (s *Stable) Set(key, value []byte) error {
	if string(key) != keyVoteCandidate || mutant.On(mutant.SplitVote) {
		return s.StableStore.Set(key, value)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	term := s.staged
	if term == nil {
		vote, err := s.vote()
		if err != nil {
			return err
		}
		if term = make([]byte, 8); vote != nil {
			term = vote[:8]
		}
	}
	if err := s.StableStore.Set([]byte(keyVote), append(append([]byte(nil), term...), value...)); err != nil {
		return err
	}
	s.staged = nil
	return nil
}

func (s *Stable) Get(key []byte) ([]byte, error) {
	if string(key) != keyVoteCandidate || mutant.On(mutant.SplitVote) {
		return s.StableStore.Get(key)
	}
	vote, err := s.vote()
	if err != nil || vote == nil {
		return nil, err
	}
	return vote[8:], nil
}

func (s *Stable) SetUint64(key []byte, value uint64) error {
	if string(key) != keyVoteTerm || mutant.On(mutant.SplitVote) {
		return s.StableStore.SetUint64(key, value)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.staged = binary.BigEndian.AppendUint64(nil, value)
	return nil
}

func (s *Stable) GetUint64(key []byte) (uint64, error) {
	if string(key) != keyVoteTerm || mutant.On(mutant.SplitVote) {
		return s.StableStore.GetUint64(key)
	}
	vote, err := s.vote()
	if err != nil || vote == nil {
		return 0, err
	}
	return binary.BigEndian.Uint64(vote[:8]), nil
}

// vote is the newest whole vote: its term, 8 bytes, and its candidate; or nil.
// Stores tell a missing key by an error or by nothing, and the library takes the
// error's text for it, so it is passed on.
func (s *Stable) vote() ([]byte, error) {
	vote, err := s.StableStore.Get([]byte(keyVote))
	if err != nil {
		return nil, err
	}
	if len(vote) == 0 {
		return nil, nil
	}
	if len(vote) < 8 {
		return nil, fmt.Errorf("read vote: %w", ErrCorrupt)
	}
	return vote, nil
}
