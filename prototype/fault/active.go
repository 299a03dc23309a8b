package fault

import (
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// active is a fault in force.
type active struct {
	Fault
	id    int
	began time.Time
	hits  atomic.Uint64

	mu     sync.Mutex
	random *rand.Rand
	free   map[way]time.Time // when a line of limited rate has sent what it was given
}

func newActive(id int, f Fault) *active {
	f.Peers = slices.Clone(f.Peers)
	return &active{Fault: f, id: id, began: time.Now(), random: rand.New(rand.NewPCG(f.Seed, uint64(id)))}
}

func (a *active) hit() { a.hits.Add(1) }

func (a *active) status() Status { return Status{ID: a.id, Fault: a.Fault, Hits: a.hits.Load()} }

// chance is true with the fault's probability.
func (a *active) chance() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.random.Float64() < a.Probability
}

// part is a random part of the fault's delay.
func (a *active) part() time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	return time.Duration(a.random.Int64N(int64(a.Delay)) + 1)
}
