package node

import (
	"context"
	"time"
)

// drain prepares the node for its end: it takes no lead any more and hands over
// those that it has, each to a node that can take it at once. It returns when
// this node follows in every shard, when nobody is left to hand over to, or when
// the context ends; the number is of the shards that it still leads. Sends go on
// meanwhile: this node passes them on to the new leaders.
func (b *balancer) drain(ctx context.Context) (leads int) {
	b.draining.Store(true)
	for _, s := range b.shards {
		for s.leads() && ctx.Err() == nil && b.leave(s) {
			b.settle(ctx, s)
		}
		if s.leads() {
			leads++
		}
	}
	return leads
}

// leave hands a shard over to the first choice that is fit.
func (b *balancer) leave(s *shard) bool {
	for _, id := range preference(s.turn(), s.voters()) {
		if id != b.cfg.ID && b.live.hears(id) && b.fit(s, id) && b.handOver(s, id) {
			return true
		}
	}
	return false
}

// settle waits until this node knows whom to pass sends on to.
func (b *balancer) settle(ctx context.Context, s *shard) {
	ctx, cancel := context.WithTimeout(ctx, b.cfg.LeaseTimeout)
	defer cancel()
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for s.leader() == "" || s.leader() == b.cfg.ID {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}
