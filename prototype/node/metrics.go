//go:build !js

package node

import (
	"net/http"
	"strconv"
	"time"

	"github.com/hashicorp/raft"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// meter counts what a node does. No metric is labelled by conversation: there
// are too many of them for any time-series database.
type meter struct {
	registry *prometheus.Registry
	batches  *prometheus.HistogramVec
	flushes  *prometheus.HistogramVec
	sends    *prometheus.CounterVec
	latency  *prometheus.HistogramVec
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
		sends: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lockstep_sends_total", Help: "Messages that clients sent to this node, by outcome: ok, duplicate, fail, unknown."}, []string{"outcome"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "lockstep_request_seconds", Help: "Time to answer a request at this node, by kind.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14)}, []string{"kind"}),
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lockstep_link_refusals_total", Help: "Connections between this node and a peer that one of the two has refused, by reason: version, identity, name, channel, other."}, []string{"peer", "reason"}),
	}
	m.registry.MustRegister(m.batches, m.flushes, m.sends, m.latency, m.refusals, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, outcome := range []string{"ok", "duplicate", "fail", "unknown"} {
		m.sends.WithLabelValues(outcome)
	}
	return m
}

func (m *meter) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// refused counts a connection between nodes that was refused.
func (m *meter) refused(peer, reason string) { m.refusals.WithLabelValues(peer, reason).Inc() }

func (m *meter) shard(label string) *shardMeter {
	return &shardMeter{batches: m.batches.WithLabelValues(label), flushes: m.flushes.WithLabelValues(label)}
}

// watch exposes the state of the node's shards.
func (m *meter) watch(n *Node) { m.registry.MustRegister(shardCollector{n}, diskCollector{n}) }

var (
	termDesc    = prometheus.NewDesc("lockstep_term", "Raft term of the shard at this node.", []string{"shard"}, nil)
	leaderDesc  = prometheus.NewDesc("lockstep_leader", "1 if this node leads the shard.", []string{"shard"}, nil)
	commitDesc  = prometheus.NewDesc("lockstep_commit_index", "Newest committed log index known at this node.", []string{"shard"}, nil)
	forkedDesc  = prometheus.NewDesc("lockstep_forked", "1 if this node's replica has stopped because it applied what its leader's log does not have.", []string{"shard"}, nil)
	appliedDesc = prometheus.NewDesc("lockstep_applied_index", "Newest applied log index at this node.", []string{"shard"}, nil)
)

type shardCollector struct{ node *Node }

func (c shardCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{termDesc, leaderDesc, commitDesc, appliedDesc, forkedDesc} {
		ch <- d
	}
}

func (c shardCollector) Collect(ch chan<- prometheus.Metric) {
	status := c.node.Status()
	shards := status.Shards
	if status.Lazy != nil {
		shards = append(shards, *status.Lazy)
	}
	for _, s := range shards {
		label := strconv.Itoa(s.Shard)
		if s.Lane == LaneLazy {
			label = LaneLazy
		}
		gauge := func(d *prometheus.Desc, v float64) {
			ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, label)
		}
		leads := 0.0
		if s.Role == "leader" {
			leads = 1
		}
		gauge(leaderDesc, leads)
		forked := 0.0
		if s.Forked {
			forked = 1
		}
		gauge(forkedDesc, forked)
		gauge(termDesc, float64(s.Term))
		gauge(commitDesc, float64(s.CommitIndex))
		gauge(appliedDesc, float64(s.AppliedIndex))
	}
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
