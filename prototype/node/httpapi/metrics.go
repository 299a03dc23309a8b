//go:build !js

package httpapi

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"lockstep/prototype/api"
	"lockstep/prototype/node"
	"lockstep/prototype/node/outcome"
)

// requestMeter counts what clients ask for. Labels are resolved when it is made.
type requestMeter struct {
	*sendMeters
	*readMeters
	sendRequests prometheus.Observer
	readRequests map[api.Level]prometheus.Observer
	askers       map[outcome.Reason]prometheus.Counter // who was refused for who he is
}

func newRequestMeter(n *node.Node, b *budget) *requestMeter {
	latency := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "lockstep_request_seconds", Help: "Time to answer a request at this node, by kind; a stream of messages is one request.",
		Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14)}, []string{"kind"})
	m := &requestMeter{sendMeters: newSendMeters(n), readMeters: newReadMeters(n.Metrics()),
		sendRequests: latency.WithLabelValues("send"), readRequests: make(map[api.Level]prometheus.Observer), askers: make(map[outcome.Reason]prometheus.Counter)}
	for _, level := range api.Levels {
		m.readRequests[level] = latency.WithLabelValues("read-" + string(level))
	}
	askers := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "lockstep_askers_refused_total", Help: "Requests that were refused for who asked, by reason: unauthorized, without a token or a certificate that this node knows; role, with one for less."}, []string{"reason"})
	for _, reason := range []outcome.Reason{reasonUnauthorized, reasonRole} {
		m.askers[reason] = askers.WithLabelValues(string(reason))
	}
	n.Metrics().MustRegister(latency, askers, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "lockstep_in_flight_bytes", Help: "What the requests of clients hold in memory, of what --max-in-flight allows."},
		func() float64 { return float64(b.held()) }))
	return m
}

func metrics(registry *prometheus.Registry) http.Handler {
	// Exemplars are in the format of OpenMetrics alone, for those who ask for it.
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true})
}

// requestBuckets hold the objectives for sends, 50 and 250 ms and 2 s, and for pages of
// history, 150 ms.
var requestBuckets = []time.Duration{
	time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond, 10 * time.Millisecond, 25 * time.Millisecond, 50 * time.Millisecond,
	100 * time.Millisecond, 150 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second, 3 * time.Second}
