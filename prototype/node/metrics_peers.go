//go:build !js

package node

import "github.com/prometheus/client_golang/prometheus"

var (
	heardDesc     = prometheus.NewDesc("lockstep_peer_heard", "1 if this node has heard the peer lately.", []string{"peer"}, nil)
	roundTripDesc = prometheus.NewDesc("lockstep_peer_round_trip_seconds", "Shortest round trip to the peer of late, where long messages have measured it on the present connection.", []string{"peer"}, nil)
)

// peerCollector exposes what this node knows of the other members.
type peerCollector struct{ node *Node }

func (c peerCollector) Describe(ch chan<- *prometheus.Desc) {
	ch <- heardDesc
	ch <- roundTripDesc
}

func (c peerCollector) Collect(ch chan<- prometheus.Metric) {
	for _, id := range c.node.Others() {
		ch <- prometheus.MustNewConstMetric(heardDesc, prometheus.GaugeValue, truth(c.node.live.Hears(id)), id)
		if trip, ok := c.node.mesh.RoundTrip(id); ok {
			ch <- prometheus.MustNewConstMetric(roundTripDesc, prometheus.GaugeValue, trip.Seconds(), id)
		}
	}
}
