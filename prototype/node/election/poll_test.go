package election

import (
	"fmt"
	"testing"
)

// TestCount_majority: more than half of the voters must agree; who is no voter does not
// count.
func TestCount_majority(t *testing.T) {
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
		opinions := map[string]Opinion{"guest": {Agrees: true, Fit: true, Running: true}}
		for i := range tt.voters {
			id := fmt.Sprint("n", i+1)
			voters = append(voters, id)
			opinions[id] = Opinion{Agrees: i < tt.here, Fit: true}
		}
		if got := count(voters, opinions); got.agreed != tt.want || got.running {
			t.Errorf("%d of %d: %+v", tt.here, tt.voters, got)
		}
	}
}

// TestCount_best: of those that would vote, the one with the newest log campaigns,
// and of several the one that is preferred.
func TestCount_best(t *testing.T) {
	fit := func(term, index uint64) Opinion { return Opinion{Agrees: true, Fit: true, Term: term, Index: index} }
	for name, tt := range map[string]struct {
		opinions map[string]Opinion
		want     poll
	}{
		"all alike":           {map[string]Opinion{"a": fit(1, 5), "b": fit(1, 5), "c": fit(1, 5)}, poll{agreed: true, best: "a"}},
		"a longer log":        {map[string]Opinion{"a": fit(1, 5), "b": fit(1, 6), "c": fit(1, 5)}, poll{agreed: true, best: "b"}},
		"a later term":        {map[string]Opinion{"a": fit(1, 9), "b": fit(1, 9), "c": fit(2, 5)}, poll{agreed: true, best: "c"}},
		"the newest disagree": {map[string]Opinion{"a": fit(1, 5), "b": fit(1, 5), "c": {Fit: true, Term: 9}}, poll{agreed: true, best: "a"}},
		"a sick disk":         {map[string]Opinion{"a": {Agrees: true, Term: 9}, "b": fit(1, 5)}, poll{agreed: true, best: "b"}},
		"nobody is fit":       {map[string]Opinion{"a": {Agrees: true}, "b": {Agrees: true}}, poll{agreed: true}},
		"one campaigns":       {map[string]Opinion{"a": fit(1, 5), "b": {Agrees: true, Running: true}}, poll{agreed: true, running: true, best: "a"}},
		"one has won":         {map[string]Opinion{"a": fit(1, 5), "b": {Running: true}, "c": fit(1, 5)}, poll{agreed: true, running: true, best: "a"}},
		"one answers":         {map[string]Opinion{"b": fit(1, 5)}, poll{best: "b"}},
	} {
		if got := count([]string{"a", "b", "c"}, tt.opinions); got != tt.want {
			t.Errorf("%s: %+v, want %+v", name, got, tt.want)
		}
	}
}
