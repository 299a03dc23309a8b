//go:build !js

// Package meter counts what a node and its replicas do, for Prometheus. In the browser
// it counts nothing.
//
// What is on the way of every message resolves its labels once, when the node starts, and
// observes many messages at once; see [Durations]. How many series a node has is bounded
// by [MaxSeries].
package meter

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// Meter counts what a node does. No metric is labelled by conversation: there
// are too many of them for any time-series database.
type Meter struct {
	Registry  *prometheus.Registry
	batches   *prometheus.HistogramVec
	flushes   *prometheus.HistogramVec
	refusals  *prometheus.CounterVec
	changes   *prometheus.CounterVec
	snapshots *prometheus.CounterVec
	parts     *Durations
	stalls    *Durations
	writing   *Durations // of snapshots
}

// New counts from zero.
func New() *Meter {
	m := &Meter{
		Registry: prometheus.NewRegistry(),
		batches: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "lockstep_batch_messages", Help: "Messages in one applied log entry.",
			Buckets: prometheus.ExponentialBuckets(1, 4, 7)}, []string{"shard"}),
		flushes: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "lockstep_log_flush_seconds", Help: "Time to store entries in the log, flush included.",
			Buckets: prometheus.ExponentialBuckets(0.0001, 2, 14)}, []string{"shard"}),
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lockstep_link_refusals_total", Help: "Connections between this node and a peer that one of the two has refused, by reason: version, identity, name, channel, other."}, []string{"peer", "reason"}),
		changes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lockstep_leader_changes_total", Help: `Leads that this node has won: planned is "true" where the leader before handed over with a disk that works, "false" otherwise, the first lead of a shard included.`}, []string{"shard", "planned"}),
		snapshots: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lockstep_snapshots_total", Help: "Snapshots that this node took or was sent, by outcome: ok, fail."}, []string{"shard", "outcome"}),
		parts:   NewDurations("lockstep_send_part_seconds", "Where the time of log entries goes at their leader: batch, from the oldest send to its proposal; flush, until the leader's disk has it, and beside that quorum, until a majority has it and what came before it is applied; apply, from both to the answer.", partBuckets, "shard", "part"),
		stalls:  NewDurations("lockstep_leader_stall_seconds", "From the newest sign of the leader before that this node had to its own first commit, by the node that has taken the lead.", stallBuckets, "shard", "planned"),
		writing: NewDurations("lockstep_snapshot_seconds", "Time to write a snapshot that was kept.", snapshotBuckets, "shard"),
	}
	m.Registry.MustRegister(m.batches, m.flushes, m.refusals, m.changes, m.snapshots, m.parts, m.stalls, m.writing, newBuildInfo(),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Refused counts a connection between nodes that was refused.
func (m *Meter) Refused(peer, reason string) { m.refusals.WithLabelValues(peer, reason).Inc() }

// Shard measures one shard, by its label. There is one for each label.
func (m *Meter) Shard(label string) *Shard {
	s := &Shard{batches: m.batches.WithLabelValues(label),
		flushing:  newFlushing(m, label),
		parts:     newParts(m, label),
		leads:     newLeads(m, label),
		snapshots: newSnapshots(m, label)}
	return s
}

// Shard measures one shard.
type Shard struct {
	batches prometheus.Observer
	*flushing
	*parts
	*leads
	*snapshots
}

// Batch notes an applied entry.
func (m *Shard) Batch(messages int) { m.batches.Observe(float64(messages)) }
