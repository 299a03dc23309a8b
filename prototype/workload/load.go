package workload

import (
	"context"
	"fmt"
	"sync"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/client"
)

// Counts are the outcomes of attempts, and of messages given up.
type Counts struct {
	Acknowledged uint64 // messages
	Refused      uint64 // attempts that certainly failed
	Unknown      uint64 // attempts whose outcome nobody knows
	GivenUp      uint64 // messages without an acknowledgement at the end of patience
	Reads        uint64 // that were answered
	ReadsRefused uint64
}

// Load is a workload; see Run.
type Load struct {
	cfg Config

	mu      sync.Mutex
	counts  Counts
	latency Histogram // from due to acknowledged
}

// New prepares a load.
func New(cfg Config) (*Load, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	if cfg.Patience == 0 {
		cfg.Patience = 30 * time.Second
	}
	if cfg.Transport == nil {
		cfg.Transport = client.NewTransport()
	}
	return &Load{cfg: cfg}, nil
}

// Run sends until the context ends, and then lets each session finish what it
// has begun, for as long as its patience lasts.
func (l *Load) Run(ctx context.Context) {
	var running sync.WaitGroup
	began := time.Now()
	for i := range l.cfg.Sessions {
		s := newSession(l, i, began)
		running.Go(func() { s.run(ctx) })
	}
	running.Wait()
}

// Counts gives the outcomes so far.
func (l *Load) Counts() Counts {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.counts
}

// Latency gives the time from due to acknowledged at a quantile between 0 and 1.
func (l *Load) Latency(quantile float64) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.latency.Quantile(quantile)
}

// MaxLatency is the longest time from due to acknowledged.
func (l *Load) MaxLatency() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.latency.Longest()
}

func (l *Load) count(change func(*Counts)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change(&l.counts)
}

func (l *Load) acknowledged(conversation string, due time.Time, ack api.Ack) {
	l.mu.Lock()
	l.counts.Acknowledged++
	l.latency.Record(time.Since(due))
	l.mu.Unlock()
	if l.cfg.Observe != nil {
		l.cfg.Observe(conversation, due, ack)
	}
}

func sessionName(prefix string, index, life int) string {
	if life == 0 {
		return fmt.Sprintf("%ss%d", prefix, index)
	}
	return fmt.Sprintf("%ss%d.%d", prefix, index, life)
}
