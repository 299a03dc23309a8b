package node

import "testing"

// TestMembership_acknowledged: what others say of shards that this node does not have,
// or of the lazy lane's, is passed over.
func TestMembership_acknowledged(t *testing.T) {
	m := &membership{membershipConfig: membershipConfig{Shards: make([]*shard, 2), Quorum: 1}}
	if join := m.acknowledged("n2", map[int]mark{-1: {9, 9}, 1: {9, 9}, 7: {9, 9}}); len(join) > 0 {
		t.Errorf("joins %v", join)
	}
}
