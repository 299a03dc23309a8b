//go:build !js

package node

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics is where what this node does is counted; whoever answers for it may add to it.
func (n *Node) Metrics() *prometheus.Registry { return n.meter.Registry }

// expose makes the state of the node's shards readable.
func (n *Node) expose() {
	n.meter.Registry.MustRegister(shardCollector{n}, replicaCollector{n}, peerCollector{n})
	n.exposeCertificates()
}

var (
	termDesc    = prometheus.NewDesc("lockstep_term", "Raft term of the shard at this node.", []string{"shard"}, nil)
	leaderDesc  = prometheus.NewDesc("lockstep_leader", "1 if this node leads the shard.", []string{"shard"}, nil)
	commitDesc  = prometheus.NewDesc("lockstep_commit_index", "Newest committed log index known at this node.", []string{"shard"}, nil)
	appliedDesc = prometheus.NewDesc("lockstep_applied_index", "Newest applied log index at this node.", []string{"shard"}, nil)
)

type shardCollector struct{ node *Node }

func (c shardCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{termDesc, leaderDesc, commitDesc, appliedDesc} {
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
		gauge(leaderDesc, truth(s.Role == "leader"))
		gauge(termDesc, float64(s.Term))
		gauge(commitDesc, float64(s.CommitIndex))
		gauge(appliedDesc, float64(s.AppliedIndex))
	}
}

// truth is how metrics say yes and no.
func truth(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
