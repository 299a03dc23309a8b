//go:build !js

package meter

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// stallBuckets hold the objective for failover, 3 s and 10 s, among others.
var stallBuckets = []time.Duration{
	10 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond,
	time.Second, 3 * time.Second, 10 * time.Second, 30 * time.Second}

// leads are those that this node has won, by whether they were planned.
type leads struct {
	changes map[bool]prometheus.Counter
	stalls  map[bool]*Duration
}

func newLeads(m *Meter, label string) *leads {
	l := &leads{changes: make(map[bool]prometheus.Counter), stalls: make(map[bool]*Duration)}
	for _, planned := range []bool{false, true} {
		l.changes[planned] = m.changes.WithLabelValues(label, strconv.FormatBool(planned))
		l.stalls[planned] = m.stalls.With(label, strconv.FormatBool(planned))
	}
	return l
}

// Won counts a lead.
func (l *leads) Won(planned bool) { l.changes[planned].Inc() }

// Stalled notes how long the shard had no leader that could commit.
func (l *leads) Stalled(planned bool, length time.Duration) { l.stalls[planned].Observe(length, 1) }
