package link

import (
	"sync/atomic"
	"time"
)

const (
	// maxHeld bounds, in bytes, what this node holds for one peer, over all its
	// connections: what waits for a dial, for its turn to be written, for a fault
	// that delays it, or, once written, for an answer.
	maxHeld = 64 << 20
	// heldForShort is the part of maxHeld that long messages leave to short ones, so
	// that heartbeats pass while a slow line is busy with the log.
	heldForShort = 4 << 20
	// perMessage is what a message is taken to cost beside its payload, in bytes. It
	// bounds the number of empty ones.
	perMessage = 128
	// answerWithin is how long a peer may owe an answer when there is no room left.
	// It counts from when the request was written, so a slow line has its time.
	answerWithin = 10 * time.Second
	// expireEvery keeps callers that find no room from looking for it all the time.
	expireEvery = time.Second
)

// room is what may still be held for one peer. It may be used by any goroutine.
type room struct {
	held    atomic.Int64
	expired atomic.Int64 // when answers that are overdue were looked for; Unix nanoseconds
}

// take holds n bytes if there is room for them. A message that finds the room empty
// always fits, since no frame is longer than maxHeld.
func (r *room) take(n int, long bool) bool {
	limit := int64(maxHeld)
	if long {
		limit -= heldForShort
	}
	if held := r.held.Add(int64(n)); held > limit && held != int64(n) {
		r.held.Add(-int64(n))
		return false
	}
	return true
}

func (r *room) give(n int) { r.held.Add(-int64(n)) }

// mayExpire says whether it is time to look for overdue answers.
func (r *room) mayExpire(now time.Time) bool {
	last := r.expired.Load()
	return now.UnixNano()-last >= int64(expireEvery) && r.expired.CompareAndSwap(last, now.UnixNano())
}

// cost is what a frame takes of a room, in bytes.
func (f frame) cost() int { return len(f.payload) + perMessage }

func (f frame) long(o Options) bool { return o.Long || len(f.payload) >= longFrame }

// hold makes room for a frame to a peer, or says that there is none.
func (m *Mesh) hold(p *peer, f frame, long bool) bool {
	if len(f.payload) > maxFrame-frameHeader {
		return false // the peer would close the connection
	}
	if p.room.take(f.cost(), long) {
		return true
	}
	now := time.Now()
	if !p.room.mayExpire(now) {
		return false
	}
	m.expire(p.id, now)
	return p.room.take(f.cost(), long)
}

// expire ends the requests to a peer whose answers are overdue, as lost.
func (m *Mesh) expire(peer string, now time.Time) {
	m.mu.Lock()
	var conns []*conn
	for c := range m.conns {
		if c.peer == peer {
			conns = append(conns, c)
		}
	}
	m.mu.Unlock()
	for _, c := range conns {
		c.expire(now)
	}
}
