// Package bucket bounds how much of something there may be in a second: a token bucket
// that holds one second's worth.
package bucket

import "time"

// Bucket holds what may be taken. It is guarded by its owner, who also knows the rate: what
// flows in within a second, and the most that it holds. With the rate 0 there is no bound.
type Bucket struct {
	left float64
	at   time.Time
}

// Full gives one from which a second's worth may be taken at once.
func Full(rate float64, now time.Time) Bucket { return Bucket{rate, now} }

func (b *Bucket) fill(rate float64, now time.Time) {
	b.left, b.at = min(rate, b.left+now.Sub(b.at).Seconds()*rate), now
}

// Has says whether so much may be taken, or else after what time. What is larger than the
// bucket may be taken when it is full.
func (b *Bucket) Has(rate, amount float64, now time.Time) (ok bool, wait time.Duration) {
	if rate == 0 {
		return true, 0
	}
	b.fill(rate, now)
	need := min(amount, rate)
	if b.left >= need {
		return true, 0
	}
	return false, time.Duration((need - b.left) / rate * float64(time.Second))
}

// Take takes what the bucket has. What is larger leaves it in debt.
func (b *Bucket) Take(rate, amount float64) {
	if rate > 0 {
		b.left -= amount
	}
}

// IsFull says whether nothing was taken of late: a full bucket need not be kept.
func (b *Bucket) IsFull(rate float64, now time.Time) bool {
	b.fill(rate, now)
	return b.left >= rate
}
