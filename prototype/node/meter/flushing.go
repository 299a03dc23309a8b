//go:build !js

package meter

import (
	"sync/atomic"
	"time"

	"github.com/hashicorp/raft"
	"github.com/prometheus/client_golang/prometheus"
)

// flushing measures the writes of a shard's log. One that hangs never ends, so the
// histogram of their times does not hold it, and its age is told apart.
type flushing struct {
	flushes prometheus.Observer
	since   atomic.Pointer[time.Time] // when the write in flight began; nil: there is none
}

func newFlushing(m *Meter, label string) *flushing {
	f := &flushing{flushes: m.flushes.WithLabelValues(label)}
	m.Registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "lockstep_log_flush_running_seconds", Help: "Age of the write to the log that is in flight; 0 if there is none.",
		ConstLabels: prometheus.Labels{"shard": label}}, f.age))
	return f
}

func (f *flushing) age() float64 {
	if since := f.since.Load(); since != nil {
		return time.Since(*since).Seconds()
	}
	return 0
}

// Timed measures how long the log store takes to store entries.
func (f *flushing) Timed(store raft.LogStore) raft.LogStore { return timedLog{store, f} }

// timedLog is written by one goroutine; see storage.Log.
type timedLog struct {
	raft.LogStore
	flushing *flushing
}

func (l timedLog) StoreLogs(logs []*raft.Log) error {
	start := time.Now()
	l.flushing.since.Store(&start)
	defer func() {
		l.flushing.since.Store(nil)
		l.flushing.flushes.Observe(time.Since(start).Seconds())
	}()
	return l.LogStore.StoreLogs(logs)
}

func (l timedLog) StoreLog(log *raft.Log) error { return l.StoreLogs([]*raft.Log{log}) }

func (l timedLog) DeleteRange(min, max uint64) error {
	start := time.Now()
	l.flushing.since.Store(&start)
	defer l.flushing.since.Store(nil)
	return l.LogStore.DeleteRange(min, max)
}
