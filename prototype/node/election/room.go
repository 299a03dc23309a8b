package election

import (
	"slices"
	"time"

	"lockstep/prototype/node/replica"
)

const roomEvery = 500 * time.Millisecond

// WatchRoom looks, until stop is closed, how full the disks are; reserve is what is kept
// of each, in bytes. A leader that is short of room hands over to a replica that is not,
// and refuses new messages if there is none.
func (b *Balancer) WatchRoom(reserve uint64) {
	if !slices.ContainsFunc(b.shards, (*replica.Replica).HasVolume) {
		return
	}
	ticker := time.NewTicker(roomEvery)
	defer ticker.Stop()
	for {
		for _, s := range b.shards {
			if s.Reserve(reserve) && s.Leads() {
				b.Leave(s)
			}
		}
		select {
		case <-ticker.C:
		case <-b.stop:
			return
		}
	}
}
