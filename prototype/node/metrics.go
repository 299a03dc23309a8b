//go:build !js

package node

import (
	"time"

	"github.com/hashicorp/raft"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// meter counts what a node does. No metric is labelled by conversation: there
// are too many of them for any time-series database.
type meter struct {
	registry *prometheus.Registry
	batches  *prometheus.HistogramVec
	flushes  *prometheus.HistogramVec
	refusals *prometheus.CounterVec
}

func newMeter() *meter {
	m := &meter{
		registry: prometheus.NewRegistry(),
		batches: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "lockstep_batch_messages", Help: "Messages in one applied log entry.",
			Buckets: prometheus.ExponentialBuckets(1, 4, 7)}, []string{"shard"}),
		flushes: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "lockstep_log_flush_seconds", Help: "Time to store entries in the log, flush included.",
			Buckets: prometheus.ExponentialBuckets(0.0001, 2, 14)}, []string{"shard"}),
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lockstep_link_refusals_total", Help: "Connections between this node and a peer that one of the two has refused, by reason: version, identity, name, channel, other."}, []string{"peer", "reason"}),
	}
	m.registry.MustRegister(m.batches, m.flushes, m.refusals, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// refused counts a connection between nodes that was refused.
func (m *meter) refused(peer, reason string) { m.refusals.WithLabelValues(peer, reason).Inc() }

func (m *meter) shard(label string) *shardMeter {
	return &shardMeter{batches: m.batches.WithLabelValues(label), flushes: m.flushes.WithLabelValues(label)}
}

// shardMeter measures one shard.
type shardMeter struct{ batches, flushes prometheus.Observer }

func (m *shardMeter) batch(messages int) { m.batches.Observe(float64(messages)) }

// timed measures how long the log store takes to store entries.
func (m *shardMeter) timed(store raft.LogStore) raft.LogStore { return timedLog{store, m} }

type timedLog struct {
	raft.LogStore
	meter *shardMeter
}

func (l timedLog) StoreLogs(logs []*raft.Log) error {
	start := time.Now()
	defer func() { l.meter.flushes.Observe(time.Since(start).Seconds()) }()
	return l.LogStore.StoreLogs(logs)
}

func (l timedLog) StoreLog(log *raft.Log) error { return l.StoreLogs([]*raft.Log{log}) }
