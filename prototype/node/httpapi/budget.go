package httpapi

import (
	"context"
	"sync"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/node/outcome"
	"lockstep/prototype/node/presence"
)

const (
	// streamLimit is what one stream of messages may hold, in bytes: messages that
	// are on their way to the log, and answers that its client has not taken. Where
	// messages may be very long, it is that of eight.
	streamLimit = 5 << 20
	// budgetPatience is how long a stream that has begun waits for the node's budget.
	budgetPatience = 10 * time.Second
)

// budget bounds the bytes that all requests of a node hold together. Its methods
// may be called from any goroutine.
type budget struct {
	mu    sync.Mutex
	size  int
	free  int
	freed presence.Signal
}

func newBudget(bytes int) *budget { return &budget{size: bytes, free: bytes} }

func (b *budget) held() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.size - b.free
}

func (b *budget) take(bytes int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.free < bytes {
		return false
	}
	b.free -= bytes
	return true
}

// give may be negative: what has become larger than was foreseen is counted late
// rather than never.
func (b *budget) give(bytes int) {
	b.mu.Lock()
	b.free += bytes
	b.mu.Unlock()
	b.freed.Notify()
}

// busy refuses what the budget has no room for.
func busy() *outcome.Error {
	return &outcome.Error{Outcome: api.Fail, Reason: outcome.ReasonOverloaded, RetryAfter: time.Second,
		Detail: "this node holds as many bytes for its clients as it may: come again, or ask another node"}
}

// share is the part of a budget that one request holds. Its methods may be called
// from any goroutine.
type share struct {
	budget *budget
	limit  int // that await goes up to
	mu     sync.Mutex
	held   int
	given  presence.Signal
}

// share begins with so many bytes, or is nil and busy.
func (b *budget) share(bytes int) (*share, *outcome.Error) {
	if !b.take(bytes) {
		return nil, busy()
	}
	return &share{budget: b, limit: streamLimit, held: bytes}, nil
}

// grow takes more at once, or nothing.
func (s *share) grow(bytes int) *outcome.Error {
	if !s.budget.take(bytes) {
		return busy()
	}
	s.mu.Lock()
	s.held += bytes
	s.mu.Unlock()
	return nil
}

// await takes more when there is room: below the share's limit, where the request's
// own client makes it, however long that takes, and for budgetPatience in the
// budget, where others do.
func (s *share) await(ctx context.Context, bytes int) *outcome.Error {
	if !s.full(bytes) && s.grow(bytes) == nil {
		return nil
	}
	var late <-chan time.Time
	for {
		given, freed := s.given.Wait(), s.budget.freed.Wait()
		switch {
		case s.full(bytes):
			freed = nil
		case s.grow(bytes) == nil:
			return nil
		case late == nil:
			timer := time.NewTimer(budgetPatience)
			defer timer.Stop()
			late = timer.C
		}
		select {
		case <-given:
		case <-freed:
		case <-late:
			return busy()
		case <-ctx.Done():
			return outcome.NoLeader("the request has ended")
		}
	}
}

// full says whether so many bytes more are beyond what a stream may hold.
func (s *share) full(bytes int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.held+bytes > s.limit
}

// shrink gives bytes back; a negative number takes them without asking.
func (s *share) shrink(bytes int) {
	s.mu.Lock()
	s.held -= bytes
	s.mu.Unlock()
	s.budget.give(bytes)
	s.given.Notify()
}

// end gives back all that is held.
func (s *share) end() {
	s.mu.Lock()
	bytes := s.held
	s.held = 0
	s.mu.Unlock()
	s.budget.give(bytes)
}
