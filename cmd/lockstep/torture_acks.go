package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"lockstep/prototype/client"
)

// shardAcks remembers, for each shard, when it acknowledged what.
type shardAcks struct {
	mu      sync.Mutex
	shards  []ackTimes
	changed chan struct{} // closed at the first acknowledgement of an epoch
}

// ackTimes are the acknowledgements of one shard. Those of copies do not count:
// they carry the epoch of the original, whoever gives them.
type ackTimes struct {
	last  map[uint64]time.Time // by epoch
	first map[uint64]time.Time // by epoch
}

func newShardAcks(shards int) *shardAcks {
	a := &shardAcks{changed: make(chan struct{})}
	for range shards {
		a.shards = append(a.shards, ackTimes{map[uint64]time.Time{}, map[uint64]time.Time{}})
	}
	return a
}

func (a *shardAcks) add(shard int, ack client.Ack) {
	if ack.Duplicate {
		return
	}
	now := time.Now()
	a.mu.Lock()
	defer a.mu.Unlock()
	times := a.shards[shard]
	times.last[ack.Epoch] = now
	if _, ok := times.first[ack.Epoch]; !ok {
		times.first[ack.Epoch] = now
		close(a.changed)
		a.changed = make(chan struct{})
	}
}

// flows says whether the shard has just acknowledged something in the epoch.
func (a *shardAcks) flows(shard int, epoch uint64) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return time.Since(a.shards[shard].last[epoch]) < 200*time.Millisecond
}

// await waits for the first acknowledgement of a later epoch than the strike's,
// and notes the window.
func (a *shardAcks) await(ctx context.Context, s *strike, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		a.mu.Lock()
		found, changed := a.window(s), a.changed
		a.mu.Unlock()
		if found {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			if s.NewTerm == 0 && context.Cause(ctx) == context.DeadlineExceeded {
				return fmt.Errorf("%w: no successor within %s", errMissed, patience)
			}
			return fmt.Errorf("wait for the first acknowledgement of a successor: %w", ctx.Err())
		}
	}
}

// window fills in the strike's times. a.mu is held.
func (a *shardAcks) window(s *strike) bool {
	times := a.shards[s.Shard]
	for epoch, first := range times.first {
		if epoch > s.OldTerm && (s.firstAck.IsZero() || first.Before(s.firstAck)) {
			s.firstAck = first
		}
	}
	s.lastAck = times.last[s.OldTerm]
	return !s.firstAck.IsZero()
}
