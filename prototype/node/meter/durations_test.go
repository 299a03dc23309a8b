//go:build !js

package meter

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// TestDurations: they are what the library's histogram would be after the same
// observations, one by one.
func TestDurations(t *testing.T) {
	bounds := []time.Duration{time.Millisecond, 50 * time.Millisecond, time.Second}
	ours := NewDurations("ours", "h", bounds, "l")
	theirs := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "theirs", Help: "h", Buckets: []float64{0.001, 0.05, 1}}, []string{"l"})
	registry := prometheus.NewRegistry()
	registry.MustRegister(ours, theirs)
	a, b := ours.With("a"), theirs.WithLabelValues("a")
	for _, o := range []struct {
		length time.Duration
		n      int
	}{{0, 3}, {time.Millisecond, 1}, {time.Millisecond + 1, 2}, {50 * time.Millisecond, 1000}, {time.Hour, 1}, {time.Second, 0}} {
		a.Observe(o.length, o.n)
		for range o.n {
			b.Observe(o.length.Seconds())
		}
	}
	families, err := registry.Gather()
	if err != nil || len(families) != 2 {
		t.Fatal(err, families)
	}
	x, y := families[0].GetMetric()[0].GetHistogram(), families[1].GetMetric()[0].GetHistogram()
	if x.GetSampleCount() != y.GetSampleCount() || x.GetSampleSum() < y.GetSampleSum()-0.001 || x.GetSampleSum() > y.GetSampleSum()+0.001 {
		t.Errorf("%d of %v s, want %d of %v s", x.GetSampleCount(), x.GetSampleSum(), y.GetSampleCount(), y.GetSampleSum())
	}
	for i, bucket := range y.GetBucket() {
		if got := x.GetBucket()[i]; got.GetCumulativeCount() != bucket.GetCumulativeCount() || got.GetUpperBound() != bucket.GetUpperBound() {
			t.Errorf("up to %v: %d, want %d", got.GetUpperBound(), got.GetCumulativeCount(), bucket.GetCumulativeCount())
		}
	}
}
