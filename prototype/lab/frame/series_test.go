package frame

import (
	"testing"
	"time"
)

// TestSeries_found: what is found broken counts in the second in which it is found,
// once, even if the judge takes it back in between.
func TestSeries_found(t *testing.T) {
	var s Series
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	for _, found := range []struct {
		at    time.Duration
		lost  uint64
		moved uint64
	}{{0, 0, 0}, {time.Second, 3, 1}, {1100 * time.Millisecond, 2, 1}, {2 * time.Second, 5, 1}, {3 * time.Second, 5, 2}} {
		s.Found(now.Add(found.at), found.lost, found.moved)
	}
	seconds, _, _, _ := s.Read(now.Add(4 * time.Second))
	newest := seconds[len(seconds)-4:]
	for i, want := range []Second{{}, {Lost: 3, Moved: 1}, {Lost: 2}, {Moved: 1}} {
		if newest[i] != want {
			t.Errorf("second %d: %+v, want %+v", i, newest[i], want)
		}
	}
}

// TestPercentile is by nearest rank.
func TestPercentile(t *testing.T) {
	var sorted []time.Duration
	for i := range 100 {
		sorted = append(sorted, time.Duration(i+1))
	}
	for q, want := range map[float64]time.Duration{0.5: 50, 0.99: 99, 1: 100, 0: 1} {
		if got := percentile(sorted, q); got != want {
			t.Errorf("percentile %g = %d, want %d", q, got, want)
		}
	}
	if percentile(nil, 0.5) != 0 || percentile(sorted[:1], 0.99) != 1 {
		t.Error("percentiles of few values")
	}
}
