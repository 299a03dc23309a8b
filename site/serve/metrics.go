package serve

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are what this server counts of itself, for Prometheus. They name no page and
// no person.
type metrics struct {
	registry *prometheus.Registry
	answers  *prometheus.HistogramVec
	reads    prometheus.Histogram
}

func newMetrics(s *Server) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		answers: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "lockstep_site_answer_seconds", Help: "From a request to the end of its answer, streams left out, by status.",
			Buckets: []float64{.005, .025, .05, .1, .25, 1, 5}}, []string{"code"}),
		reads: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "lockstep_site_read_seconds", Help: "How long it took to read sources, at the start or after a change.",
			Buckets: []float64{.005, .025, .05, .1, .25, 1, 5, 30}}),
	}
	gauge := func(name, help string, value func(*state) float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return value(s.state.Load()) })
	}
	m.registry.MustRegister(m.answers, m.reads, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		gauge("lockstep_site_readable", "1 if the sources could be read when they changed last.", func(now *state) float64 {
			if now.err != nil {
				return 0
			}
			return 1
		}),
		gauge("lockstep_site_pages", "Pages of the site; 0 if the sources cannot be read.", func(now *state) float64 {
			if now.tree == nil {
				return 0
			}
			return float64(len(now.tree.Pages))
		}),
		gauge("lockstep_site_findings", "What is wrong with the sources; 0 if they cannot be read.", func(now *state) float64 {
			if now.tree == nil {
				return 0
			}
			return float64(len(now.tree.Findings))
		}))
	return m
}

// read notes how long sources took to read; call what it gives when they are read.
func (m *metrics) read() (done func()) {
	began := time.Now()
	return func() { m.reads.Observe(time.Since(began).Seconds()) }
}

// handler shows the metrics to a program at this machine alone: they tell how much the
// site is read.
func (m *metrics) handler(atThisMachine func(*http.Request) bool) http.Handler {
	shown := promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !atThisMachine(r) {
			http.Error(w, "metrics are for programs at the machine of this server", http.StatusForbidden)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		shown.ServeHTTP(w, r)
	})
}

// observe counts the answers of a handler.
func (m *metrics) observe(h http.Handler) http.Handler {
	counted := promhttp.InstrumentHandlerDuration(m.answers, h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case streamPath, eventsPath, "/lab/events":
			h.ServeHTTP(w, r)
		default:
			counted.ServeHTTP(w, r)
		}
	})
}
