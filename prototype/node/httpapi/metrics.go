//go:build !js

package httpapi

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"lockstep/prototype/api"
	"lockstep/prototype/node"
)

// requestMeter counts what clients ask for. Labels are resolved when it is made.
type requestMeter struct {
	*sendMeters
	*readMeters
	sendRequests prometheus.Observer
	readRequests map[api.Level]prometheus.Observer
}

func newRequestMeter(n *node.Node, b *budget) *requestMeter {
	latency := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "lockstep_request_seconds", Help: "Time to answer a request at this node, by kind; a stream of messages is one request.",
		Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14)}, []string{"kind"})
	m := &requestMeter{sendMeters: newSendMeters(n), readMeters: newReadMeters(n.Metrics()),
		sendRequests: latency.WithLabelValues("send"), readRequests: make(map[api.Level]prometheus.Observer)}
	for _, level := range api.Levels {
		m.readRequests[level] = latency.WithLabelValues("read-" + string(level))
	}
	n.Metrics().MustRegister(latency, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "lockstep_in_flight_bytes", Help: "What the requests of clients hold in memory, of what --max-in-flight allows."},
		func() float64 { return float64(b.held()) }))
	return m
}

func metrics(registry *prometheus.Registry) http.Handler {
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
}

// requestBuckets hold the objectives for sends, 50 and 250 ms and 2 s, and for pages of
// history, 150 ms.
var requestBuckets = []time.Duration{
	time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond, 10 * time.Millisecond, 25 * time.Millisecond, 50 * time.Millisecond,
	100 * time.Millisecond, 150 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second, 3 * time.Second}
