//go:build !js

package node

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"lockstep/prototype/node/disk"
)

var (
	forkedDesc      = prometheus.NewDesc("lockstep_forked", "1 if this node's replica has stopped because it applied what its leader's log does not have.", []string{"shard"}, nil)
	diskProblemDesc = prometheus.NewDesc("lockstep_disk_problem", "1 if the shard's disk at this node cannot be written, hangs, or is short of room.", []string{"shard"}, nil)
	diskErrorsDesc  = prometheus.NewDesc("lockstep_disk_errors_total", "Writes that failed, by part: log, votes, snapshots.", []string{"shard", "part"}, nil)
	diskKindDesc    = prometheus.NewDesc("lockstep_disk_problem_kind", "1 if the shard's disk at this node has trouble of the kind: full, hung, failed, short of the reserve.", []string{"shard", "kind"}, nil)
	storedDesc      = prometheus.NewDesc("lockstep_store_bytes", "Bytes of the shard's files at this node some seconds ago, by store: log, snapshots.", []string{"shard", "store"}, nil)
	queuedDesc      = prometheus.NewDesc("lockstep_queue_messages", "Messages that wait to be ordered by this node.", []string{"shard"}, nil)
	queuedBytesDesc = prometheus.NewDesc("lockstep_queue_bytes", "Bytes of the messages that wait to be ordered by this node.", []string{"shard"}, nil)
	comparedDesc    = prometheus.NewDesc("lockstep_digest_comparisons_total", "Comparisons of this node's replica with its leader at one log entry, each second and before reads, by result: equal, different.", []string{"shard", "result"}, nil)
	diskFreeDesc    = prometheus.NewDesc("lockstep_disk_free_bytes", "Bytes that are free on the shard's disk, where that is known.", []string{"shard"}, nil)
)

// replicaCollector exposes the replicas and disks of the node's shards.
type replicaCollector struct{ node *Node }

func (c replicaCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{forkedDesc, comparedDesc, diskProblemDesc, diskKindDesc, diskErrorsDesc, diskFreeDesc, storedDesc, queuedDesc, queuedBytesDesc} {
		ch <- d
	}
}

func (c replicaCollector) Collect(ch chan<- prometheus.Metric) {
	for _, s := range c.node.shards {
		label, lazy := strconv.Itoa(s.Shard), s == c.node.lazyShard()
		if lazy {
			label = LaneLazy
		}
		counter := func(d *prometheus.Desc, v uint64, labels ...string) {
			ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v), append([]string{label}, labels...)...)
		}
		gauge := func(d *prometheus.Desc, v float64, labels ...string) {
			ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, append([]string{label}, labels...)...)
		}
		gauge(forkedDesc, truth(s.Stopped()))
		if equal, different := s.Compared(); !lazy { // whose replicas may lose their end, and then differ
			counter(comparedDesc, equal, "equal")
			counter(comparedDesc, different, "different")
		}
		gauge(diskProblemDesc, truth(s.DiskProblem() != ""))
		wrong := s.DiskWrong()
		for _, kind := range disk.Kinds {
			gauge(diskKindDesc, truth(wrong[kind]), kind)
		}
		for store, bytes := range s.StoreSizes() {
			gauge(storedDesc, float64(bytes), store)
		}
		messages, bytes := s.Queued()
		gauge(queuedDesc, float64(messages))
		gauge(queuedBytesDesc, float64(bytes))
		counts := s.DiskCounts()
		for _, part := range disk.Parts {
			counter(diskErrorsDesc, counts.Failed[part], part)
		}
		if counts.Known {
			gauge(diskFreeDesc, float64(counts.Free))
		}
	}
}
