package main

import (
	"math"
	"slices"
	"time"
)

// sample is what one round found about one row: a rate with its latencies, or
// the windows of its failovers.
type sample struct {
	Rate    float64 // answers per second
	P50     time.Duration
	P99     time.Duration
	Windows []time.Duration
}

// throughput summarizes the latencies of what was answered within a time.
func throughput(latencies []time.Duration, within time.Duration) sample {
	sorted := slices.Sorted(slices.Values(latencies))
	return sample{
		Rate: float64(len(sorted)) / within.Seconds(),
		P50:  quantile(sorted, 0.50),
		P99:  quantile(sorted, 0.99),
	}
}

// quantile gives the smallest of the sorted values that at least the share q of
// them does not exceed. There must be a value.
func quantile(sorted []time.Duration, q float64) time.Duration {
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]
}

// figures sum up the rounds of a row.
type figures struct {
	Rate  float64       // median; 0 for failovers
	P50   time.Duration // median of the rounds, or of all windows
	P99   time.Duration // median of the rounds; 0 for failovers
	Max   time.Duration // the longest window; 0 for rates
	Kills int
}

func summarize(rounds []sample) figures {
	var f figures
	var rates []float64
	var p50s, p99s, windows []time.Duration
	for _, s := range rounds {
		rates, p50s, p99s = append(rates, s.Rate), append(p50s, s.P50), append(p99s, s.P99)
		windows = append(windows, s.Windows...)
	}
	if f.Kills = len(windows); f.Kills > 0 {
		f.P50, f.Max = median(windows), slices.Max(windows)
		return f
	}
	f.Rate, f.P50, f.P99 = median(rates), median(p50s), median(p99s)
	return f
}

// median gives the middle value, or the mean of the two. There must be a value.
func median[T float64 | time.Duration](values []T) T {
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// better says how many times better f is than a peer under the same load: by
// its rate, or by the median of its windows.
func (f figures) better(peer figures) float64 {
	if f.Kills > 0 {
		return peer.P50.Seconds() / f.P50.Seconds()
	}
	return f.Rate / peer.Rate
}
