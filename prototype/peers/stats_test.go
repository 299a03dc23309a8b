package main

import (
	"testing"
	"time"
)

func TestQuantile(t *testing.T) {
	var hundred []time.Duration
	for i := range 100 {
		hundred = append(hundred, time.Duration(i+1))
	}
	for _, c := range []struct {
		sorted []time.Duration
		q      float64
		want   time.Duration
	}{
		{[]time.Duration{7}, 0.5, 7},
		{[]time.Duration{7}, 0.99, 7},
		{[]time.Duration{1, 2, 3}, 0.5, 2},
		{hundred, 0.5, 50},
		{hundred, 0.99, 99},
		{hundred, 1, 100},
	} {
		if got := quantile(c.sorted, c.q); got != c.want {
			t.Errorf("quantile %v of %d values is %d, want %d", c.q, len(c.sorted), got, c.want)
		}
	}
}

func TestThroughputSortsAndCountsPerSecond(t *testing.T) {
	got := throughput([]time.Duration{30, 10, 20, 40}, 2*time.Second)
	if got.Rate != 2 || got.P50 != 20 || got.P99 != 40 {
		t.Errorf("got %+v, want 2/s, p50 20ns, p99 40ns", got)
	}
}

func TestSummaryOfRatesIsTheMedianOfRounds(t *testing.T) {
	f := summarize([]sample{{Rate: 10, P50: 1, P99: 9}, {Rate: 1000, P50: 3, P99: 5}, {Rate: 30, P50: 2, P99: 7}})
	if f.Rate != 30 || f.P50 != 2 || f.P99 != 7 || f.Kills != 0 {
		t.Errorf("got %+v", f)
	}
	if even := summarize([]sample{{Rate: 10}, {Rate: 20}}); even.Rate != 15 {
		t.Errorf("the median of two is %v, want their mean", even.Rate)
	}
}

func TestSummaryOfFailoversPoolsTheWindows(t *testing.T) {
	f := summarize([]sample{{Windows: []time.Duration{5, 1}}, {Windows: []time.Duration{3}}})
	if f.P50 != 3 || f.Max != 5 || f.Kills != 3 {
		t.Errorf("got %+v, want median 3 and max 5 of 3", f)
	}
}

func TestBetterIsAboveOneForTheBetter(t *testing.T) {
	if got := (figures{Rate: 30}).better(figures{Rate: 10}); got != 3 {
		t.Errorf("three times the rate is %v times better", got)
	}
	fast, slow := figures{Kills: 1, P50: time.Second}, figures{Kills: 1, P50: 4 * time.Second}
	if got := fast.better(slow); got != 4 {
		t.Errorf("a quarter of the window is %v times better", got)
	}
}

func TestLongestGapAfterAKill(t *testing.T) {
	kill := time.Unix(100, 0)
	at := func(ms ...int) (acks []time.Time) {
		for _, m := range ms {
			acks = append(acks, kill.Add(time.Duration(m)*time.Millisecond))
		}
		return acks
	}
	for _, c := range []struct {
		name string
		acks []time.Time
		want time.Duration
	}{
		{"from the last before to the first after", at(-20, -10, 300, 305), 310 * time.Millisecond},
		{"an acknowledgement under way at the kill does not end the window", at(-10, 1, 300), 299 * time.Millisecond},
		{"what came before does not count", at(-2000, -10, 20), 30 * time.Millisecond},
		{"without one before it counts from the kill", at(40, 50), 40 * time.Millisecond},
	} {
		if got := longest(c.acks, kill); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}
