package frame

import (
	"slices"
	"time"
)

// Minute is how far back the charts reach, in seconds.
const Minute = 60

// Series keeps what happened in the last minute, by second of the clock.
type Series struct {
	second      int64 // unix time of the newest bucket
	since       int64 // the percentiles are of later seconds
	buckets     [Minute]bucket
	all         []time.Duration // of all buckets; its room is used again
	lost, moved uint64          // the most that were found so far
}

type bucket struct {
	latencies   []time.Duration
	sorted      bool
	lost, moved int
}

func (s *Series) bucket(second int64) *bucket {
	return &s.buckets[((second%Minute)+Minute)%Minute]
}

// advance clears what has become older than a minute.
func (s *Series) advance(now time.Time) {
	second := now.Unix()
	if s.second == 0 || second-s.second > Minute {
		s.second = second - Minute
	}
	for s.second < second {
		s.second++
		b := s.bucket(s.second)
		*b = bucket{latencies: b.latencies[:0]}
	}
}

// Add takes how long an acknowledgement took.
func (s *Series) Add(now time.Time, latency time.Duration) {
	s.advance(now)
	b := s.bucket(s.second)
	b.latencies, b.sorted = append(b.latencies, latency), false
}

// Found takes how many messages are lost and moved by now.
func (s *Series) Found(now time.Time, lost, moved uint64) {
	s.advance(now)
	b := s.bucket(s.second)
	b.lost += int(max(lost, s.lost) - s.lost)
	b.moved += int(max(moved, s.moved) - s.moved)
	s.lost, s.moved = max(lost, s.lost), max(moved, s.moved)
}

// Priced begins the percentiles anew: they are the price of one setting.
func (s *Series) Priced(now time.Time) { s.since = now.Unix() }

// Read gives the full seconds, oldest first, the percentiles over those since the setting
// changed, and the rate of the last three.
func (s *Series) Read(now time.Time) (seconds []Second, p50, p99 time.Duration, rate float64) {
	s.advance(now)
	all := s.all[:0]
	seconds = make([]Second, 0, Minute)
	for second := s.second - Minute + 1; second < s.second; second++ {
		b := s.bucket(second)
		if !b.sorted {
			slices.Sort(b.latencies)
			b.sorted = true
		}
		seconds = append(seconds, Second{Acked: len(b.latencies), P50: percentile(b.latencies, 0.50), P99: percentile(b.latencies, 0.99), Lost: b.lost, Moved: b.moved})
		if second > s.since {
			all = append(all, b.latencies...)
		}
	}
	for _, second := range seconds[len(seconds)-3:] {
		rate += float64(second.Acked) / 3
	}
	slices.Sort(all)
	s.all = all
	return seconds, percentile(all, 0.50), percentile(all, 0.99), rate
}

// percentile by nearest rank: a value that was really observed.
func percentile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	rank := int(q*float64(len(sorted))+0.999999) - 1
	return sorted[min(max(rank, 0), len(sorted)-1)]
}
