package torture

import (
	"testing"

	"lockstep/prototype/fault"
)

// TestCampaign: hundreds of leaders fail in every way that is drawn, and the
// promises hold.
func TestCampaign(t *testing.T) {
	const failures = 300
	totals := Campaign{Failures: failures, Seed: 1, Topology: fault.Topology{Nodes: 3, Shards: 1}}.Run(t.Context())
	t.Logf("%s; windows p50 %s, p99 %s; %s of virtual time in %s", totals, totals.Window(0.5), totals.Window(0.99), totals.Simulated, totals.Took)
	if totals.Verdict != "ok" || totals.LeaderFailures < failures || totals.Kinds != len(totals.Faults) || totals.Kinds < 10 {
		t.Errorf("%s: %s", totals.Verdict, totals)
	}
	if longest := totals.Window(1); longest > longestWindow {
		t.Errorf("a failed leader's shard was without service for %s", longest)
	}
	for _, r := range totals.NoPass {
		t.Errorf("seed %d: %v: %v\n%s", r.Schedule.Seed, r.Reasons, totals.Errors[r.Schedule.Seed], r.Report)
	}
}
