package member

import (
	"testing"

	"lockstep/prototype/node/folder"
	"lockstep/prototype/node/replica"
)

// TestMembership_acknowledged: what others say of shards that this node does not have,
// or of the lazy lane's, is passed over.
func TestMembership_acknowledged(t *testing.T) {
	m := &Membership{Config: Config{Shards: make([]*replica.Replica, 2), Quorum: 1}}
	if join := m.acknowledged("n2", map[int]folder.Mark{-1: {Term: 9, Index: 9}, 1: {Term: 9, Index: 9}, 7: {Term: 9, Index: 9}}); len(join) > 0 {
		t.Errorf("joins %v", join)
	}
}
