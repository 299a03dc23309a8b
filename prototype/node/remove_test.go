package node

import (
	"fmt"
	"slices"
	"testing"
)

// TestCanGoOn: a member is not removed where those that remain would have no majority.
func TestCanGoOn(t *testing.T) {
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
		for i := range tt.voters {
			voters = append(voters, fmt.Sprint("n", i+1))
		}
		here := voters[:tt.here]
		if err := canGoOn(voters, func(id string) bool { return slices.Contains(here, id) }); (err == nil) != tt.want {
			t.Errorf("%d of %d answer: %v", tt.here, tt.voters, err)
		}
	}
}
