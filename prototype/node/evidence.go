package node

import (
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/raft"
)

// evidence is what a leader knows of its followers' loyalty: for each, the
// newest request of the present term that it answered with success, and when
// that request *began*.
//
// The argument for linearizable reads: a follower that accepts a request of
// term T has not voted in a later term when it does so. If a majority
// accepted requests that began after the read arrived, then at the moment when
// the last of them began no later leader had been elected, because that takes a
// vote of the majority. So whatever was committed before the read arrived was
// committed by this leader or before it, and its commit index covers it.
//
// Answers are not enough: an answer that arrives after the read may belong to a
// request that was sent before it, and prove only the past. That is the flaw of
// VerifyLeader for this use; see ADR-0017.
//
// "After" is decided by a counter, not by a clock: every arrival of a read and
// every start of a request takes the next tick.
type evidence struct {
	others int // voters beside this node

	mu       sync.Mutex
	ticks    uint64
	term     uint64
	accepted map[raft.ServerID]request
	changed  chan struct{} // closed when accepted changes
}

// request is the start of one request, on both scales.
type request struct {
	tick uint64
	at   time.Time
}

func newEvidence(voters int) *evidence {
	return &evidence{others: voters - 1, accepted: make(map[raft.ServerID]request), changed: make(chan struct{})}
}

// begin stamps the start of a request or the arrival of a read.
func (e *evidence) begin() request {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ticks++
	return request{tick: e.ticks, at: time.Now()}
}

// accept notes that follower answered a request of term with success.
func (e *evidence) accept(follower raft.ServerID, term uint64, began request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if term < e.term {
		return
	}
	if term > e.term {
		e.term = term
		clear(e.accepted)
	}
	if began.tick <= e.accepted[follower].tick {
		return
	}
	e.accepted[follower] = began
	close(e.changed)
	e.changed = make(chan struct{})
}

// forget drops what is known, so that a lease cannot outlive a handover.
func (e *evidence) forget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	clear(e.accepted)
}

// quorum gives the newest start that a majority, this node included, has
// accepted a request of this term at or after. ok is false if there is none.
// changed is closed at the next piece of evidence.
func (e *evidence) quorum(term uint64) (newest request, ok bool, changed <-chan struct{}) {
	e.mu.Lock()
	defer e.mu.Unlock()
	needed := (e.others + 1) / 2 // followers that make a majority with this node
	if needed == 0 {
		return request{tick: e.ticks + 1, at: time.Now()}, true, e.changed
	}
	if term != e.term || len(e.accepted) < needed {
		return request{}, false, e.changed
	}
	starts := make([]request, 0, len(e.accepted))
	for _, r := range e.accepted {
		starts = append(starts, r)
	}
	slices.SortFunc(starts, func(a, b request) int { return int(int64(b.tick - a.tick)) })
	return starts[needed-1], true, e.changed
}
