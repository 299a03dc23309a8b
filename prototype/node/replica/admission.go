package replica

import (
	"sync"
	"time"

	"lockstep/prototype/node/outcome"
)

// admission limits the messages a second of each conversation at its leader: a
// token bucket that holds one second's worth. A new leader begins with full
// buckets.
type admission struct {
	rate float64 // messages a second; 0: no limit

	mu      sync.Mutex
	buckets map[string]*bucket
}

type bucket struct {
	tokens float64
	at     time.Time
}

// bucketsKept bounds the memory for conversations that have fallen quiet.
const bucketsKept = 10_000

func newAdmission(rate float64) *admission {
	return &admission{rate: rate, buckets: make(map[string]*bucket)}
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
		b = &bucket{tokens: a.rate, at: now}
		a.buckets[conversation] = b
	}
	b.tokens, b.at = min(a.rate, b.tokens+now.Sub(b.at).Seconds()*a.rate), now
	// A batch may be larger than the bucket; it is let in when the bucket is full
	// and leaves it in debt.
	need := min(float64(n), a.rate)
	if b.tokens < need {
		wait := time.Duration((need - b.tokens) / a.rate * float64(time.Second))
		return overAdmission("the conversation is over its limit of messages a second", wait)
	}
	b.tokens -= float64(n)
	return nil
}

// forget drops buckets that are full again by now.
func (a *admission) forget(now time.Time) {
	if len(a.buckets) < bucketsKept {
		return
	}
	for name, b := range a.buckets {
		if b.tokens+now.Sub(b.at).Seconds()*a.rate >= a.rate {
			delete(a.buckets, name)
		}
	}
}
