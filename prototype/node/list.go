package node

import (
	"context"

	"lockstep/prototype/api"
	"lockstep/prototype/node/outcome"
	"lockstep/prototype/order"
)

// List is a page of the conversations of a shard of the quorum lane, with everything
// that was acknowledged before the call; see order.Machine.List.
func (n *Node) List(ctx context.Context, shard int, after string, limit int) (order.List, *outcome.Error) {
	ctx, cancel := context.WithTimeout(ctx, n.cfg.ReadTimeout)
	defer cancel()
	s := n.quorum()[shard]
	if err := n.awaitShard(ctx, s, api.ReadRequest{Level: api.LevelLinearizable}); err != nil {
		return order.List{}, err
	}
	return s.List(after, limit)
}
