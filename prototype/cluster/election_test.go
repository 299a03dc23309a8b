package cluster

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestMemory_one_campaign: who leads after a shard's first election goes on leading. A
// node that has asked for opinions before somebody else's campaign must not campaign on
// them after it: its newer term would depose the winner at the first message.
func TestMemory_one_campaign(t *testing.T) {
	for range 25 {
		synctest.Test(t, func(t *testing.T) {
			m := start(t, nil)
			time.Sleep(time.Second)
			terms := map[int]uint64{}
			for _, id := range m.IDs() {
				for _, s := range m.Node(id).Status().Shards {
					if s.Leader == "" {
						t.Errorf("%s knows no leader of shard %d after a second", id, s.Shard)
					}
					if first := terms[s.Shard]; first != 0 && first != s.Term {
						t.Errorf("shard %d is in term %d at one node and in %d at %s: somebody campaigns against the leader", s.Shard, first, s.Term, id)
					}
					terms[s.Shard] = s.Term
				}
			}
		})
	}
}
