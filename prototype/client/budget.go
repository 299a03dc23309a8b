package client

import "sync"

// budget rations retries: each success earns a tenth of one, and a reserve
// covers the burst of a failover.
type budget struct {
	mu     sync.Mutex
	tokens float64
}

const (
	budgetSize = 100
	budgetEarn = 0.1
)

func (b *budget) earn() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tokens = min(b.tokens+budgetEarn, budgetSize)
}

// spend says whether a retry is within the budget.
func (b *budget) spend() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}
