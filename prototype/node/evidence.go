package node

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/fault"
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
	clock *fault.Clock // of the lease; nil shows the true time

	mu       sync.Mutex
	ticks    uint64
	term     uint64
	given    uint64 // the newest term whose lead this node has asked another one to take over
	accepted map[raft.ServerID]request
	changed  chan struct{} // closed when accepted changes
}

// request is the start of one request, on both scales.
type request struct {
	tick uint64
	at   time.Time
}

func newEvidence(clock *fault.Clock) *evidence {
	return &evidence{clock: clock, accepted: make(map[raft.ServerID]request), changed: make(chan struct{})}
}

// begin stamps the start of a request or the arrival of a read.
func (e *evidence) begin() request {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ticks++
	return request{tick: e.ticks, at: e.clock.Steady()}
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

// heard is when the newest request began that a follower has accepted in this
// term.
func (e *evidence) heard(follower raft.ServerID) time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.accepted[follower].at
}

// handOver ends the lease of a term, for good: another node is about to be asked to
// take over, and whoever follows may vote for it from now on.
func (e *evidence) handOver(term uint64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.given = max(e.given, term)
}

// lease gives the time since which a majority has promised to elect nobody else. ok
// is false if there is no such promise. others are the voters beside this node.
func (e *evidence) lease(term uint64, others []raft.ServerID) (since time.Time, ok bool) {
	newest, ok, _ := e.quorum(term, others)
	e.mu.Lock()
	defer e.mu.Unlock()
	return newest.at, ok && e.given < term
}

// forget drops what is known.
func (e *evidence) forget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	clear(e.accepted)
}

// quorum gives the newest start such that a majority of the voters, this node
// included, has accepted a request of this term that began at or after it. ok is
// false if there is none. others are the voters beside this node. changed is
// closed at the next piece of evidence.
func (e *evidence) quorum(term uint64, others []raft.ServerID) (newest request, ok bool, changed <-chan struct{}) {
	e.mu.Lock()
	defer e.mu.Unlock()
	needed := (len(others) + 1) / 2 // followers that make a majority with this node
	if needed == 0 {
		return request{tick: e.ticks + 1, at: e.clock.Steady()}, true, e.changed
	}
	if term != e.term {
		return request{}, false, e.changed
	}
	starts := make([]request, 0, len(others))
	for _, id := range others {
		if r, ok := e.accepted[id]; ok {
			starts = append(starts, r)
		}
	}
	if len(starts) < needed {
		return request{}, false, e.changed
	}
	slices.SortFunc(starts, func(a, b request) int { return cmp.Compare(b.tick, a.tick) })
	return starts[needed-1], true, e.changed
}
