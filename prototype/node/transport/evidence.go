package transport

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/fault"
)

// Evidence is what a leader knows of its followers' loyalty: for each, the
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
type Evidence struct {
	Clock *fault.Clock // of the lease; nil shows the true time

	mu       sync.Mutex
	ticks    uint64
	term     uint64
	given    uint64 // the newest term whose lead this node has asked another one to take over
	accepted map[raft.ServerID]Request
	changed  chan struct{} // closed when accepted changes
}

// Request is the start of one request, on both scales.
type Request struct {
	Tick uint64
	at   time.Time
}

func newEvidence(clock *fault.Clock) *Evidence {
	return &Evidence{Clock: clock, accepted: make(map[raft.ServerID]Request), changed: make(chan struct{})}
}

// Begin stamps the start of a request or the arrival of a read.
func (e *Evidence) Begin() Request {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ticks++
	return Request{Tick: e.ticks, at: e.Clock.Steady()}
}

// accept notes that follower answered a request of term with success.
func (e *Evidence) accept(follower raft.ServerID, term uint64, began Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if term < e.term {
		return
	}
	if term > e.term {
		e.term = term
		clear(e.accepted)
	}
	if began.Tick <= e.accepted[follower].Tick {
		return
	}
	e.accepted[follower] = began
	close(e.changed)
	e.changed = make(chan struct{})
}

// heard is when the newest request began that a follower has accepted in this
// term.
func (e *Evidence) heard(follower raft.ServerID) time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.accepted[follower].at
}

// handOver ends the lease of a term, for good: another node is about to be asked to
// take over, and whoever follows may vote for it from now on.
func (e *Evidence) handOver(term uint64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.given = max(e.given, term)
}

// Lease gives the time since which a majority has promised to elect nobody else. ok
// is false if there is no such promise. others are the voters beside this node.
func (e *Evidence) Lease(term uint64, others []raft.ServerID) (since time.Time, ok bool) {
	newest, ok, _ := e.Quorum(term, others)
	e.mu.Lock()
	defer e.mu.Unlock()
	return newest.at, ok && e.given < term
}

// Confirmed is the newest moment of which it is known that a majority took this node for
// its leader, in whatever term.
func (e *Evidence) Confirmed(others []raft.ServerID) (since time.Time, ok bool) {
	e.mu.Lock()
	term := e.term
	e.mu.Unlock()
	newest, ok, _ := e.Quorum(term, others)
	return newest.at, ok
}

// Forget drops what is known.
func (e *Evidence) Forget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	clear(e.accepted)
}

// Quorum gives the newest start such that a majority of the voters, this node
// included, has accepted a request of this term that began at or after it. ok is
// false if there is none. others are the voters beside this node. changed is
// closed at the next piece of evidence.
func (e *Evidence) Quorum(term uint64, others []raft.ServerID) (newest Request, ok bool, changed <-chan struct{}) {
	e.mu.Lock()
	defer e.mu.Unlock()
	needed := (len(others) + 1) / 2 // followers that make a majority with this node
	if needed == 0 {
		return Request{Tick: e.ticks + 1, at: e.Clock.Steady()}, true, e.changed
	}
	if term != e.term {
		return Request{}, false, e.changed
	}
	starts := make([]Request, 0, len(others))
	for _, id := range others {
		if r, ok := e.accepted[id]; ok {
			starts = append(starts, r)
		}
	}
	if len(starts) < needed {
		return Request{}, false, e.changed
	}
	slices.SortFunc(starts, func(a, b Request) int { return cmp.Compare(b.Tick, a.Tick) })
	return starts[needed-1], true, e.changed
}
