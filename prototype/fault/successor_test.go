package fault

import (
	"strings"
	"testing"
	"time"
)

// TestSchedule_successor: a step that is aimed at a successor needs a leader before
// it, which is back while the successor is still meant to be struck.
func TestSchedule_successor(t *testing.T) {
	s := func(n int) Duration { return Duration(time.Duration(n) * time.Second) }
	leader := Step{At: s(1), Until: s(3), Target: "leader-of-shard:1", Fault: Fault{Kind: Kill}}
	successor := Step{At: s(2), Until: s(5), Target: "successor-of-shard:1", Fault: Fault{Kind: PowerLoss}}
	with := func(change func(first, second *Step)) []Step {
		first, second := leader, successor
		change(&first, &second)
		return []Step{first, second}
	}
	for name, tt := range map[string]struct {
		steps []Step
		want  string // of the error; "" for none
	}{
		"fine":          {with(func(_, _ *Step) {}), ""},
		"nobody before": {[]Step{successor}, "a step before it"},
		"other shard":   {with(func(first, _ *Step) { first.Target = "leader" }), "leader of shard 1"},
		"a follower":    {with(func(first, _ *Step) { first.Target = "follower" }), "leader of shard 1"},
		"stays up":      {with(func(first, _ *Step) { first.Kind = Isolate }), "taken down by"},
		"too late":      {with(func(_, second *Step) { second.At = s(4) }), "while the leader before is down"},
		"never back":    {with(func(first, _ *Step) { first.Until = s(6) }), "when the leader before is back"},
		"no such shard": {with(func(_, second *Step) { second.Target = "successor-of-shard:2" }), "no shard"},
	} {
		t.Run(name, func(t *testing.T) {
			err := Schedule{Seed: 1, Topology: Topology{3, 2}, Lane: "quorum", Duration: s(9), Load: Load{10, 1, 1, 0}, Faults: tt.steps}.Validate()
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}
