package access

import (
	"container/list"

	"golang.org/x/time/rate"
)

// buckets are rate limiters by name, in bounded memory: the one that was not used
// for the longest time goes when there are too many. They are not safe for
// concurrent use.
type buckets struct {
	max    int
	byKey  map[string]*list.Element
	recent *list.List
}

type bucket struct {
	key     string
	limiter *rate.Limiter
}

func newBuckets(max int) *buckets {
	return &buckets{max: max, byKey: make(map[string]*list.Element), recent: list.New()}
}

// get finds or makes a bucket.
func (b *buckets) get(key string, r Rate) *rate.Limiter {
	if e := b.byKey[key]; e != nil {
		b.recent.MoveToFront(e)
		return e.Value.(*bucket).limiter
	}
	if b.recent.Len() >= b.max {
		oldest := b.recent.Back()
		delete(b.byKey, oldest.Value.(*bucket).key)
		b.recent.Remove(oldest)
	}
	made := &bucket{key, rate.NewLimiter(rate.Limit(r.Each), r.Burst)}
	b.byKey[key] = b.recent.PushFront(made)
	return made.limiter
}
