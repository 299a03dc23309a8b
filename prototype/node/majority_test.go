package node

import (
	"fmt"
	"testing"
)

// TestMajority: more than half, at every place where voters are counted.
func TestMajority(t *testing.T) {
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
		t.Run(fmt.Sprintf("%d of %d", tt.here, tt.voters), func(t *testing.T) {
			var voters []string
			opinions, here := map[string]opinion{"guest": {Agrees: true, Fit: true, Running: true}}, map[string]bool{"guest": true}
			for i := range tt.voters {
				id := fmt.Sprint("n", i+1)
				voters = append(voters, id)
				here[id] = i < tt.here
				opinions[id] = opinion{Agrees: i < tt.here, Fit: true, Running: i >= tt.here}
			}
			is := func(id string) bool { return here[id] }
			if got := (&roster{voters: [][]string{voters}}).majority(is); got != tt.want {
				t.Errorf("the roster says that they are a majority: %v", got)
			}
			if got := count(voters, opinions); got.agreed != tt.want || got.running {
				t.Errorf("the poll: %+v", got)
			}
			if err := canGoOn(voters, is); (err == nil) != tt.want {
				t.Errorf("if the others were removed: %v", err)
			}
		})
	}
	twoShards := &roster{voters: [][]string{{"n1", "n2", "n3"}, {"n3"}}}
	if !twoShards.majority(func(id string) bool { return id == "n3" }) {
		t.Error("the majority of the second shard does not count")
	}
}

// TestCount_best: of those that would vote, the one with the newest log campaigns,
// and of several the one that is preferred.
func TestCount_best(t *testing.T) {
	fit := func(term, index uint64) opinion { return opinion{Agrees: true, Fit: true, Term: term, Index: index} }
	for name, tt := range map[string]struct {
		opinions map[string]opinion
		want     poll
	}{
		"all alike":           {map[string]opinion{"a": fit(1, 5), "b": fit(1, 5), "c": fit(1, 5)}, poll{agreed: true, best: "a"}},
		"a longer log":        {map[string]opinion{"a": fit(1, 5), "b": fit(1, 6), "c": fit(1, 5)}, poll{agreed: true, best: "b"}},
		"a later term":        {map[string]opinion{"a": fit(1, 9), "b": fit(1, 9), "c": fit(2, 5)}, poll{agreed: true, best: "c"}},
		"the newest disagree": {map[string]opinion{"a": fit(1, 5), "b": fit(1, 5), "c": {Fit: true, Term: 9}}, poll{agreed: true, best: "a"}},
		"a sick disk":         {map[string]opinion{"a": {Agrees: true, Term: 9}, "b": fit(1, 5)}, poll{agreed: true, best: "b"}},
		"nobody is fit":       {map[string]opinion{"a": {Agrees: true}, "b": {Agrees: true}}, poll{agreed: true}},
		"one campaigns":       {map[string]opinion{"a": fit(1, 5), "b": {Agrees: true, Running: true}}, poll{agreed: true, running: true, best: "a"}},
		"one answers":         {map[string]opinion{"b": fit(1, 5)}, poll{best: "b"}},
	} {
		if got := count([]string{"a", "b", "c"}, tt.opinions); got != tt.want {
			t.Errorf("%s: %+v, want %+v", name, got, tt.want)
		}
	}
}
