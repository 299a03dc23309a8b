package storage

import "github.com/hashicorp/raft"

const (
	recentCount = 1024    // entries that are kept although they are on disk
	recentBytes = 8 << 20 // and their size
)

// recentEntries holds the tail of the log: everything that is not on disk, and
// some of what is, since followers are sent what has just been written.
// It is guarded by its owner.
type recentEntries struct {
	entries []*raft.Log // by index, without holes
	bytes   int
}

func (r *recentEntries) get(index uint64) *raft.Log {
	if len(r.entries) == 0 || index < r.entries[0].Index {
		return nil
	}
	if i := index - r.entries[0].Index; i < uint64(len(r.entries)) {
		return r.entries[i]
	}
	return nil
}

func (r *recentEntries) put(e *raft.Log) {
	if n := len(r.entries); n > 0 && r.entries[n-1].Index+1 != e.Index {
		r.entries, r.bytes = nil, 0 // a snapshot made the log jump
	}
	kept := *e
	r.entries = append(r.entries, &kept)
	r.bytes += len(e.Data)
}

// drop removes a head or a tail.
func (r *recentEntries) drop(min, max uint64) {
	rest := make([]*raft.Log, 0, len(r.entries))
	r.bytes = 0
	for _, e := range r.entries {
		if e.Index < min || e.Index > max {
			rest = append(rest, e)
			r.bytes += len(e.Data)
		}
	}
	r.entries = rest
}

// trim forgets old entries up to durable while there are too many.
func (r *recentEntries) trim(durable uint64) {
	n := 0
	for n < len(r.entries) && r.entries[n].Index <= durable && (len(r.entries)-n > recentCount || r.bytes > recentBytes) {
		r.bytes -= len(r.entries[n].Data)
		n++
	}
	if n == 0 {
		return
	}
	clear(r.entries[:n])
	r.entries = r.entries[n:]
}
