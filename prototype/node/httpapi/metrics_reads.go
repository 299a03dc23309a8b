//go:build !js

package httpapi

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"lockstep/prototype/api"
	"lockstep/prototype/node/meter"
	"lockstep/prototype/node/outcome"
)

// readMeters count reads by kind.
type readMeters struct {
	kinds   map[string]*readMeter
	unknown *readMeter // of those that say no level that there is
}

// kindHistory is that of a page that ends before its conversation does, whatever the
// consistency asked: who reads it looks at the past.
const kindHistory = "history"

// readReasons are those that a read can fail for.
var readReasons = []reason{reasonInvalid, reasonTooLong, reasonGone, reasonOverload, reasonNoLeader, reasonDisk, reasonBehind, reasonDeadline, reasonOther}

func newReadMeters(registry *prometheus.Registry) *readMeters {
	total := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "lockstep_reads_total", Help: "Reads of messages that clients asked this node for, by kind (the consistency asked, or history for a page that ends before its conversation), outcome (ok, fail) and reason. Of the reasons, invalid, too_long and gone are the reader's own fault."}, []string{"kind", "outcome", "reason"})
	seconds := meter.NewDurations("lockstep_read_seconds", "Time from the receipt of a read until its answer begins, of reads that succeeded.", requestBuckets, "kind")
	m := &readMeters{kinds: make(map[string]*readMeter)}
	failed := func(kind string, reasons ...reason) map[reason]prometheus.Counter {
		counters := make(map[reason]prometheus.Counter)
		for _, r := range reasons {
			counters[r] = total.WithLabelValues(kind, string(api.Fail), string(r))
		}
		return counters
	}
	kinds := []string{kindHistory}
	for _, level := range api.Levels {
		kinds = append(kinds, string(level))
	}
	for _, kind := range kinds {
		m.kinds[kind] = &readMeter{ok: total.WithLabelValues(kind, "ok", string(reasonNone)), failed: failed(kind, readReasons...), seconds: seconds.With(kind)}
	}
	m.unknown = &readMeter{failed: failed("", reasonInvalid, reasonTooLong, reasonOverload, reasonOther)}
	registry.MustRegister(total, seconds)
	return m
}

// readMeter counts the reads of one kind.
type readMeter struct {
	ok      prometheus.Counter
	failed  map[reason]prometheus.Counter
	seconds *meter.Duration
}

// read counts one. last is the newest seq of the conversation, as far as this node knows.
func (m *readMeters) read(received time.Time, r api.ReadRequest, last uint64, err *outcome.Error) {
	kind := m.kinds[string(r.Level)]
	if r.After+uint64(max(0, r.Limit)) < last {
		kind = m.kinds[kindHistory]
	}
	if err != nil {
		count(kind.failed, reasonOf(err), 1)
		return
	}
	kind.ok.Inc()
	kind.seconds.Observe(time.Since(received), 1)
}

// unread counts a read that could not be understood, or not be taken.
func (m *readMeters) unread(err *outcome.Error) { count(m.unknown.failed, reasonOf(err), 1) }
