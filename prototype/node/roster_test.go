package node

import (
	"fmt"
	"testing"
)

// TestRoster_majority: more than half of the voters of some shard.
func TestRoster_majority(t *testing.T) {
	for _, tt := range []struct {
		here, voters int
		want         bool
	}{
		{0, 0, false},
		{0, 1, false}, {1, 1, true},
		{1, 2, false}, {2, 2, true},
		{1, 3, false}, {2, 3, true}, {3, 3, true},
		{1, 4, false}, {2, 4, false}, {3, 4, true}, {4, 4, true},
		{2, 5, false}, {3, 5, true},
	} {
		var voters []string
		here := map[string]bool{"guest": true}
		for i := range tt.voters {
			id := fmt.Sprint("n", i+1)
			voters = append(voters, id)
			here[id] = i < tt.here
		}
		if got := (&roster{voters: [][]string{voters}}).majority(func(id string) bool { return here[id] }); got != tt.want {
			t.Errorf("%d of %d: %v", tt.here, tt.voters, got)
		}
		if got := majority(tt.here, tt.voters); got != tt.want {
			t.Errorf("%d of %d are more than half: %v", tt.here, tt.voters, got)
		}
	}
	twoShards := &roster{voters: [][]string{{"n1", "n2", "n3"}, {"n3"}}}
	if !twoShards.majority(func(id string) bool { return id == "n3" }) {
		t.Error("the majority of the second shard does not count")
	}
}
