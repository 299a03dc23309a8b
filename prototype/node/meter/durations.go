//go:build !js

package meter

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Durations is a histogram of times, by labels. Unlike the one of the Prometheus library
// it takes many equal observations at the price of one, as the messages of a log entry or
// of a stream's chunk give them. Its methods may be called from any goroutine.
type Durations struct {
	desc   *prometheus.Desc
	bounds []time.Duration

	mu       sync.Mutex
	children []*Duration
}

// NewDurations has a bucket for each bound, which ascend, and one for all above.
func NewDurations(name, help string, bounds []time.Duration, labels ...string) *Durations {
	return &Durations{desc: prometheus.NewDesc(name, help, labels, nil), bounds: bounds}
}

// With gives the times of these values of the labels, which are in the metrics from now
// on. Keep it: there must be one for the same values.
func (d *Durations) With(values ...string) *Duration {
	c := &Duration{bounds: d.bounds, values: values, counts: make([]atomic.Uint64, len(d.bounds)+1), newest: make([]atomic.Pointer[prometheus.Exemplar], len(d.bounds)+1)}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.children = append(d.children, c)
	return c
}

// Describe and Collect are for the registry.
func (d *Durations) Describe(ch chan<- *prometheus.Desc) { ch <- d.desc }

func (d *Durations) Collect(ch chan<- prometheus.Metric) {
	d.mu.Lock()
	children := slices.Clone(d.children)
	d.mu.Unlock()
	for _, c := range children {
		count, buckets := uint64(0), make(map[float64]uint64, len(d.bounds))
		for i := range c.counts {
			count += c.counts[i].Load()
			if i < len(d.bounds) {
				buckets[d.bounds[i].Seconds()] = count
			}
		}
		var metric prometheus.Metric = prometheus.MustNewConstHistogram(d.desc, count, time.Duration(c.sum.Load()).Seconds(), buckets, c.values...)
		if newest := c.exemplars(); len(newest) > 0 {
			metric = prometheus.MustNewMetricWithExemplars(metric, newest...)
		}
		ch <- metric
	}
}

// Duration counts the times of one set of labels.
type Duration struct {
	bounds []time.Duration
	values []string
	counts []atomic.Uint64                       // by bucket, not added up
	sum    atomic.Int64                          // nanoseconds
	newest []atomic.Pointer[prometheus.Exemplar] // by bucket; nil: none was followed
}

// Observe notes n times of the same length.
func (d *Duration) Observe(length time.Duration, n int) { d.ObserveFollowed(length, n, "") }

// ObserveFollowed is Observe for what a trace follows, of which the newest in each bucket is
// an example in the metrics; "" for none.
func (d *Duration) ObserveFollowed(length time.Duration, n int, trace string) {
	if n == 0 {
		return
	}
	length = max(0, length)
	bucket := 0
	for bucket < len(d.bounds) && length > d.bounds[bucket] {
		bucket++
	}
	d.counts[bucket].Add(uint64(n))
	d.sum.Add(int64(length) * int64(n))
	if trace != "" {
		d.newest[bucket].Store(&prometheus.Exemplar{Value: length.Seconds(), Labels: prometheus.Labels{"trace_id": trace}, Timestamp: time.Now()})
	}
}

func (d *Duration) exemplars() (newest []prometheus.Exemplar) {
	for i := range d.newest {
		if e := d.newest[i].Load(); e != nil {
			newest = append(newest, *e)
		}
	}
	return newest
}
