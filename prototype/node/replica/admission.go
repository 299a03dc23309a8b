package replica

import (
	"sync"
	"time"

	"lockstep/prototype/node/bucket"
	"lockstep/prototype/node/outcome"
)

// admission limits the messages a second of each conversation at its leader. A new
// leader begins with full buckets.
type admission struct {
	rate float64 // messages a second; 0: no limit

	mu      sync.Mutex
	buckets map[string]*bucket.Bucket
}

// bucketsKept bounds the memory for conversations that have fallen quiet.
const bucketsKept = 10_000

func newAdmission(rate float64) *admission {
	return &admission{rate: rate, buckets: make(map[string]*bucket.Bucket)}
}

// admit takes n messages of a conversation, or says when to come again.
func (a *admission) admit(conversation string, n int, now time.Time) *outcome.Error {
	if a.rate == 0 {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	b := a.buckets[conversation]
	if b == nil {
		a.forget(now)
		full := bucket.Full(a.rate, now)
		b = &full
		a.buckets[conversation] = b
	}
	// A batch may be larger than the bucket.
	if ok, wait := b.Has(a.rate, float64(n), now); !ok {
		return overAdmission("the conversation is over its limit of messages a second", wait)
	}
	b.Take(a.rate, float64(n))
	return nil
}

// forget drops buckets that are full again by now.
func (a *admission) forget(now time.Time) {
	if len(a.buckets) < bucketsKept {
		return
	}
	for name, b := range a.buckets {
		if b.IsFull(a.rate, now) {
			delete(a.buckets, name)
		}
	}
}
