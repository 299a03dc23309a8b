package node

import (
	"slices"
	"time"
)

const roomEvery = 500 * time.Millisecond

// watchRoom looks, until stop is closed, how full the disks are; reserve is what is kept
// of each, in bytes. A leader that is short of room hands over to a replica that is not,
// and refuses new messages if there is none.
func (b *balancer) watchRoom(reserve uint64) {
	if !slices.ContainsFunc(b.shards, func(s *shard) bool { return s.hasVolume() }) {
		return
	}
	ticker := time.NewTicker(roomEvery)
	defer ticker.Stop()
	for {
		for _, s := range b.shards {
			if s.reserve(reserve) && s.leads() {
				b.leave(s)
			}
		}
		select {
		case <-ticker.C:
		case <-b.stop:
			return
		}
	}
}
