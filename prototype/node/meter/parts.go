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
type parts struct{ batch, flush, quorum, apply *Duration }

func newParts(m *Meter, label string) *parts {
	part := func(name string) *Duration { return m.parts.With(label, name) }
	return &parts{batch: part("batch"), flush: part("flush"), quorum: part("quorum"), apply: part("apply")}
}

// Proposed notes how long the oldest send of an entry has waited for its proposal.
func (p *parts) Proposed(waited time.Duration) { p.batch.Observe(waited, 1) }

// Flushed gives the function that notes how long entries took from the log's acceptance
// to the disk. It counts them where this replica leads.
func (p *parts) Flushed(leads func() bool) func(took time.Duration, entries int) {
	return func(took time.Duration, entries int) {
		if leads() {
			p.flush.Observe(took, entries)
		}
	}
}

// Applying is the application of committed entries; see [parts.Committed].
type Applying struct {
	apply   *Duration
	entries int
	since   time.Time
}

// Committed notes that entries are committed and about to be applied. leads gives the
// term in which this replica leads: only of its own entries is it known since when they
// are on their way.
func (p *parts) Committed(entries []*raft.Log, leads func() (term uint64, leads bool)) Applying {
	term, ok := leads()
	if !ok {
		return Applying{}
	}
	now, own := time.Now(), 0
	for _, e := range entries {
		if e.Type == raft.LogCommand && e.Term == term {
			p.quorum.Observe(now.Sub(e.AppendedAt), 1)
			own++
		}
	}
	return Applying{apply: p.apply, entries: own}
}

// Durable notes that this disk has the entries, too.
func (a *Applying) Durable() {
	if a.entries > 0 {
		a.since = time.Now()
	}
}

// Applied notes that the answers to the sends are known.
func (a *Applying) Applied() {
	if a.entries > 0 {
		a.apply.Observe(time.Since(a.since), a.entries)
	}
}
