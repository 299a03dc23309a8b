//go:build !js

package httpapi

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// requestMeter counts what clients ask for.
type requestMeter struct {
	sends   *prometheus.CounterVec
	latency *prometheus.HistogramVec
}

func newRequestMeter(registry *prometheus.Registry, b *budget) *requestMeter {
	m := &requestMeter{
		sends: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lockstep_sends_total", Help: "Messages that clients sent to this node, by outcome: ok, duplicate, fail, unknown."}, []string{"outcome"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "lockstep_request_seconds", Help: "Time to answer a request at this node, by kind.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14)}, []string{"kind"}),
	}
	registry.MustRegister(m.sends, m.latency, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "lockstep_in_flight_bytes", Help: "What the requests of clients hold in memory, of what --max-in-flight allows."},
		func() float64 { return float64(b.held()) }))
	for _, outcome := range []string{"ok", "duplicate", "fail", "unknown"} {
		m.sends.WithLabelValues(outcome)
	}
	return m
}

func metrics(registry *prometheus.Registry) http.Handler {
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
}
