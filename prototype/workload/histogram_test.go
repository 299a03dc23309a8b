package workload

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestHistogram_bucket_holds_its_durations(t *testing.T) {
	for d := time.Duration(0); d < 20*time.Hour; d = d + d/800 + time.Microsecond {
		b := bucket(d)
		if high := upper(b); high+time.Microsecond <= d && b < buckets*per-1 {
			t.Fatalf("%s is in a bucket that ends at %s", d, high)
		}
		if b > 0 && upper(b-1) >= d.Truncate(time.Microsecond) && d >= time.Microsecond {
			t.Fatalf("%s is not in the bucket before, which ends at %s", d, upper(b-1))
		}
	}
}

// TestHistogram_quantiles against sorting.
func TestHistogram_quantiles(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	var h, other Histogram
	var all []time.Duration
	for range 10_000 {
		d := time.Duration(random.ExpFloat64() * float64(20*time.Millisecond)).Truncate(time.Microsecond)
		if len(all)%3 == 0 {
			other.Record(d)
		} else {
			h.Record(d)
		}
		all = append(all, d)
	}
	h.Add(&other)
	slices.Sort(all)
	for _, q := range []float64{0, 0.01, 0.5, 0.9, 0.99, 0.999, 1} {
		exact := all[min(len(all)-1, int(q*float64(len(all))))]
		got := h.Quantile(q)
		if got < exact || float64(got) > float64(exact)*1.001+float64(time.Microsecond) {
			t.Errorf("quantile %g: %s, want %s or a little more", q, got, exact)
		}
	}
	if h.Quantile(1) != all[len(all)-1] {
		t.Errorf("maximum %s, want %s", h.Quantile(1), all[len(all)-1])
	}
	if (&Histogram{}).Quantile(0.5) != 0 {
		t.Error("a quantile of nothing is not 0")
	}
}
