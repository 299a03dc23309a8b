package workload

import (
	"math/bits"
	"time"
)

// histogram counts durations in buckets whose width is at most 1/64 of their
// value, so a quantile is off by less than 2 %. It needs 15 kB, however many
// durations it has seen.
type histogram struct {
	counts  [64 * buckets]uint64
	total   uint64
	longest time.Duration
}

const (
	buckets = 30 // powers of two above 64 µs: up to 19 hours
	per     = 64 // buckets for each power of two
)

// bucket is the place of a duration. Below 128 µs each microsecond has its own.
func bucket(d time.Duration) int {
	us := uint64(max(0, d.Microseconds()))
	shift := max(0, bits.Len64(us)-7)
	return min(shift*per+int(us>>shift), buckets*per-1)
}

// upper is the longest duration of a bucket, in whole microseconds.
func upper(bucket int) time.Duration {
	shift := max(0, bucket/per-1)
	us := uint64(bucket-shift*per+1)<<shift - 1
	return time.Duration(us) * time.Microsecond
}

func (h *histogram) record(d time.Duration) {
	h.counts[bucket(d)]++
	h.total++
	h.longest = max(h.longest, d)
}

// quantile gives a duration that the share q of all does not exceed.
func (h *histogram) quantile(q float64) time.Duration {
	rank := uint64(q * float64(h.total))
	seen := uint64(0)
	for i, n := range h.counts {
		if seen += n; n > 0 && seen > rank {
			return min(upper(i), h.longest)
		}
	}
	return h.longest
}
