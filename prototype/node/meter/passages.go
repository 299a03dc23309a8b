//go:build !js

package meter

import (
	"sync"
	"time"
)

// Passage is when an entry of this leader's passed its stages; see Durations of
// lockstep_send_part_seconds. A time that is not known is zero.
type Passage struct {
	Appended  time.Time // to the leader's log, in memory
	Flushed   time.Time // it was on the leader's disk
	Committed time.Time // a majority had it
	Durable   time.Time // both were so, and it could be applied
	Applied   time.Time
}

// passagesKept is how many of the newest entries, and of the newest flushes, are
// remembered: more than are in flight.
const passagesKept = 256

// passages remembers when the newest entries passed their stages, for those that are
// followed. Which those are is known only when their outcomes are, so all are noted.
type passages struct {
	mu      sync.Mutex
	entries [passagesKept]struct {
		index uint64
		Passage
	}
	flushes [passagesKept]struct {
		upto uint64
		at   time.Time
	}
	next int // the place of the next flush
}

func (p *passages) flushed(upto uint64, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := &p.flushes[p.next%passagesKept]
	f.upto, f.at = upto, now
	p.next++
}

func (p *passages) applied(a *Applying, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range a.entries {
		if !a.isOwn(e) {
			continue
		}
		entry := &p.entries[e.Index%passagesKept]
		entry.index, entry.Passage = e.Index, Passage{Appended: e.AppendedAt, Committed: a.committed, Durable: a.durable, Applied: now}
	}
}

// Passage is that of an entry which was applied just now.
func (p *passages) Passage(index uint64) Passage {
	p.mu.Lock()
	defer p.mu.Unlock()
	entry := p.entries[index%passagesKept]
	if entry.index != index {
		return Passage{}
	}
	for i := max(0, p.next-passagesKept); i < p.next; i++ {
		// The index of a flush before may be that of an entry that was cut off.
		if f := p.flushes[i%passagesKept]; f.upto >= index && !f.at.Before(entry.Appended) {
			entry.Flushed = f.at
			break
		}
	}
	return entry.Passage
}
