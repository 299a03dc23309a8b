//go:build !js

package meter

import (
	"time"

	"github.com/hashicorp/raft"
)

var partBuckets = []time.Duration{
	100 * time.Microsecond, 500 * time.Microsecond, time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond, 10 * time.Millisecond,
	25 * time.Millisecond, 50 * time.Millisecond, 150 * time.Millisecond, 250 * time.Millisecond, time.Second, 2 * time.Second}

// parts are the stages of log entries at the leader that proposed them. Followers tell
// nothing: what they wait for is a part of the leader's quorum.
type parts struct {
	batch, flush, quorum, apply *Duration
	passages
}

func newParts(m *Meter, label string) *parts {
	part := func(name string) *Duration { return m.parts.With(label, name) }
	return &parts{batch: part("batch"), flush: part("flush"), quorum: part("quorum"), apply: part("apply")}
}

// Proposed notes how long the oldest send of an entry has waited for its proposal.
func (p *parts) Proposed(waited time.Duration) { p.batch.Observe(waited, 1) }

// Flushed gives the function that notes when entries were accepted by the log, and when
// they were on disk. It counts them where this replica leads.
func (p *parts) Flushed(leads func() bool) func(entries []*raft.Log, since, now time.Time) {
	return func(entries []*raft.Log, since, now time.Time) {
		if leads() {
			p.flush.Observe(now.Sub(since), len(entries))
			p.flushed(entries[len(entries)-1].Index, now)
		}
	}
}

// Applying is the application of committed entries; see [parts.Committed].
type Applying struct {
	parts     *parts
	entries   []*raft.Log
	term      uint64
	own       int // of the entries: those of this replica's lead
	committed time.Time
	durable   time.Time
}

// isOwn says whether an entry was proposed here, in the term of the lead.
func (a *Applying) isOwn(e *raft.Log) bool { return e.Type == raft.LogCommand && e.Term == a.term }

// Committed notes that entries are committed and about to be applied. leads gives the
// term in which this replica leads: only of its own entries is it known since when they
// are on their way.
func (p *parts) Committed(entries []*raft.Log, leads func() (term uint64, leads bool)) Applying {
	term, ok := leads()
	if !ok {
		return Applying{}
	}
	a := Applying{parts: p, entries: entries, term: term, committed: time.Now()}
	for _, e := range entries {
		if a.isOwn(e) {
			p.quorum.Observe(a.committed.Sub(e.AppendedAt), 1)
			a.own++
		}
	}
	return a
}

// Durable notes that this disk has the entries, too.
func (a *Applying) Durable() {
	if a.own > 0 {
		a.durable = time.Now()
	}
}

// Applied notes that the answers to the sends are known.
func (a *Applying) Applied() {
	if a.own == 0 {
		return
	}
	now := time.Now()
	a.parts.apply.Observe(now.Sub(a.durable), a.own)
	a.parts.applied(a, now)
}
