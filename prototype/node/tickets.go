package node

import (
	"encoding/binary"
	"math/rand/v2"
	"sync"
)

// What a node passes on may be overtaken on its way, or arrive twice: a message
// that was held up, a line that broke and was opened again. So it is numbered, and
// the leader takes each number once and never one behind a later one. A sender
// that does not wait for answers keeps its order that way, and an answer
// "duplicate" is about what the client did, not about what the network did.

// departures numbers what this node passes on.
type departures struct {
	run  uint64 // of this node since its start, at random
	mu   sync.Mutex
	last uint64
}

func newDepartures() *departures { return &departures{run: rand.Uint64()} }

// send numbers a payload, which begins with room for the ticket, and calls post with
// it. Calls follow each other in the order of the numbers, so post must not block.
func (d *departures) send(term uint64, payload []byte, post func([]byte)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.last++
	binary.BigEndian.PutUint64(payload, d.run)
	binary.BigEndian.PutUint64(payload[8:], d.last)
	binary.BigEndian.PutUint64(payload[16:], term)
	post(payload)
}

// ticket is what comes before a numbered payload: the sender's run, the number,
// and the term of the lead that the sender believed in.
type ticket struct{ run, number, term uint64 }

const ticketSize = 24

func readTicket(payload []byte) (t ticket, rest []byte, ok bool) {
	if len(payload) < ticketSize {
		return ticket{}, nil, false
	}
	return ticket{binary.BigEndian.Uint64(payload), binary.BigEndian.Uint64(payload[8:]), binary.BigEndian.Uint64(payload[16:])}, payload[ticketSize:], true
}

// arrival is what the leader makes of a number.
type arrival int

const (
	inOrder   arrival = iota
	overtaken         // a later one was here before; this one was not, and certainly has no effect
	stale             // it was here before, or is too old to tell
)

// arrivals remembers, for each node, which of its numbers have been here.
type arrivals struct {
	mu     sync.Mutex
	byNode map[string]*arrived
}

type arrived struct {
	run, before uint64 // before is the run before this one
	last        uint64
	seen        uint64 // bit i: last-i was here
}

func newArrivals() *arrivals { return &arrivals{byNode: make(map[string]*arrived)} }

func (a *arrivals) take(from string, t ticket) arrival {
	a.mu.Lock()
	defer a.mu.Unlock()
	n := a.byNode[from]
	switch {
	case n == nil:
		n = &arrived{run: t.run}
		a.byNode[from] = n
	case t.run == n.before:
		return stale
	case t.run != n.run:
		*n = arrived{run: t.run, before: n.run}
	}
	if t.number > n.last {
		n.seen = n.seen<<(t.number-n.last) | 1
		n.last = t.number
		return inOrder
	}
	bit := uint64(1) << (n.last - t.number)
	if bit == 0 || n.seen&bit != 0 {
		return stale
	}
	n.seen |= bit
	return overtaken
}
