package election

import (
	"context"
	"time"

	"lockstep/prototype/node/replica"
)

// Drain makes this node a follower in every shard: it takes no lead any more and hands over
// those that it has, each to a node that can take it at once. It returns when
// this node follows in every shard, when nobody is left to hand over to, or when
// the context ends; the number is of the shards that it still leads. Sends go on
// meanwhile: this node passes them on to the new leaders.
func (b *Balancer) Drain(ctx context.Context) (leads int) {
	b.Draining.Store(true)
	for _, s := range b.shards {
		for s.Leads() && ctx.Err() == nil && b.Leave(s) {
			b.Settle(ctx, s)
		}
		if s.Leads() {
			leads++
		}
	}
	return leads
}

// Leave hands a shard over to the first choice that is calm.
func (b *Balancer) Leave(s *replica.Replica) bool { return b.leave(s, b.calm) }

// leave hands a shard over to the first choice that is fit.
func (b *Balancer) leave(s *replica.Replica, fit func(*replica.Replica, string) bool) bool {
	for _, id := range preference(s.Turn(), s.Voters()) {
		if id != b.cfg.ID && b.live.Hears(id) && fit(s, id) && b.handOver(s, id) {
			return true
		}
	}
	return false
}

// Settle waits until this node knows whom to pass sends on to.
func (b *Balancer) Settle(ctx context.Context, s *replica.Replica) {
	ctx, cancel := context.WithTimeout(ctx, b.cfg.LeaseTimeout)
	defer cancel()
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for s.Leader() == "" || s.Leader() == b.cfg.ID {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}
