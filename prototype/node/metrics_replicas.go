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
	diskFreeDesc    = prometheus.NewDesc("lockstep_disk_free_bytes", "Bytes that are free on the shard's disk, where that is known.", []string{"shard"}, nil)
)

// replicaCollector exposes the replicas and disks of the node's shards.
type replicaCollector struct{ node *Node }

func (c replicaCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{forkedDesc, diskProblemDesc, diskErrorsDesc, diskFreeDesc} {
		ch <- d
	}
}

func (c replicaCollector) Collect(ch chan<- prometheus.Metric) {
	for _, s := range c.node.shards {
		label := strconv.Itoa(s.Shard)
		if s == c.node.lazyShard() {
			label = LaneLazy
		}
		forked := 0.0
		if s.Stopped() {
			forked = 1
		}
		ch <- prometheus.MustNewConstMetric(forkedDesc, prometheus.GaugeValue, forked, label)
		bad := 0.0
		if s.DiskProblem() != "" {
			bad = 1
		}
		ch <- prometheus.MustNewConstMetric(diskProblemDesc, prometheus.GaugeValue, bad, label)
		counts := s.DiskCounts()
		for _, part := range disk.Parts {
			ch <- prometheus.MustNewConstMetric(diskErrorsDesc, prometheus.CounterValue, float64(counts.Failed[part]), label, part)
		}
		if counts.Known {
			ch <- prometheus.MustNewConstMetric(diskFreeDesc, prometheus.GaugeValue, float64(counts.Free), label)
		}
	}
}
