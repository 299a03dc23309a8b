package node

import (
	"sync"
	"time"

	"github.com/hashicorp/raft"
)

// The library sends up to Config.MaxAppendEntries entries at once, however large they
// are, and after an error it sends all of them again. On a slow line that is many
// seconds' worth, and no fixed limit of time fits. So what it sends is cut into pieces
// of some bytes, each an append of its own, with as many under way as the line carries;
// see link.Mesh.Window. What a follower has accepted stays accepted: the library learns
// of the last piece that was, and goes on from there. The other way round, if there is
// more in the log than one call of the library may carry, the pieces go on into the log
// for a while, so that no round trip passes between two calls.

const (
	// leastPiece is, in bytes of entries, what is never cut.
	leastPiece = 64 << 10
	// goOnFor is how long the pieces of one call may go on into the log: the library
	// learns nothing of them before the call returns, and does nothing else.
	goOnFor = 2 * time.Second
	// maxAppendEntries is how many entries the library sends at once.
	maxAppendEntries = 64
)

// pieces cuts one append.
type pieces struct {
	transport *transport
	args      *raft.AppendEntriesRequest // as the library made it
	size      int                        // of a piece, in bytes of entries
	rest      []*raft.Log
	prev      raft.Log // index and term of the entry before the next piece
	full      bool     // the log may hold more than the call does
	until     time.Time
	began     bool
}

func (t *transport) pieces(id raft.ServerID, args *raft.AppendEntriesRequest) *pieces {
	return &pieces{transport: t, args: args, size: max(leastPiece, t.Mesh.Window(string(id))/4), rest: args.Entries,
		prev: raft.Log{Index: args.PrevLogEntry, Term: args.PrevLogTerm}, full: len(args.Entries) == maxAppendEntries, until: time.Now().Add(goOnFor)}
}

// next gives the next piece, or nil after the last one. One that holds the whole append
// is the append itself.
func (p *pieces) next() *raft.AppendEntriesRequest {
	if p.began && len(p.rest) == 0 {
		p.rest = p.more()
	}
	if p.began && len(p.rest) == 0 {
		return nil
	}
	n, bytes := 0, 0
	for n < len(p.rest) && (n == 0 || bytes+len(p.rest[n].Data) <= p.size) {
		bytes += len(p.rest[n].Data)
		n++
	}
	whole := !p.began && n == len(p.rest) && !p.full
	p.began = true
	if whole {
		p.rest = nil
		return p.args
	}
	piece := *p.args
	piece.PrevLogEntry, piece.PrevLogTerm = p.prev.Index, p.prev.Term
	piece.Entries, p.rest = p.rest[:n:n], p.rest[n:]
	p.prev = raft.Log{Index: piece.Entries[n-1].Index, Term: piece.Entries[n-1].Term}
	return &piece
}

// more reads on in the log. Entries of a later term are another leader's.
func (p *pieces) more() (entries []*raft.Log) {
	if term, leads := p.transport.State.LeadsIn(); !p.full || !leads || term != p.args.Term || time.Now().After(p.until) {
		return nil
	}
	for bytes := 0; bytes < p.size && len(entries) < maxAppendEntries; {
		entry := new(raft.Log)
		if p.transport.Log.GetLog(p.prev.Index+uint64(len(entries))+1, entry) != nil || entry.Term > p.args.Term {
			break
		}
		entries, bytes = append(entries, entry), bytes+len(entry.Data)
	}
	return entries
}

func dataBytes(entries []*raft.Log) (n int) {
	for _, e := range entries {
		n += len(e.Data)
	}
	return n
}

// underWay counts the bytes that a follower has not answered for.
type underWay struct {
	mu      sync.Mutex
	bytes   int
	changed chan struct{} // closed when bytes falls
}

func newUnderWay() *underWay { return &underWay{changed: make(chan struct{})} }

// add notes n more bytes unless the limit has been reached; one piece may go beyond it,
// since a piece may be larger than what the line carries in a round trip. If it has been
// reached, add gives a channel that is closed when there may be room.
func (u *underWay) add(n, limit int) (room <-chan struct{}) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.bytes >= limit {
		return u.changed
	}
	u.bytes += n
	return nil
}

func (u *underWay) remove(n int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.bytes -= n
	close(u.changed)
	u.changed = make(chan struct{})
}

// mayBeUnderWay is how many bytes one shard may have under way to a follower: twice what
// the line carries in a round trip, so that it never runs dry.
func (t *transport) mayBeUnderWay(id raft.ServerID) int {
	return max(2*leastPiece, 2*t.Mesh.Window(string(id)))
}
