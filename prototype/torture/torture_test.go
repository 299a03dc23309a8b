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
	if totals.Verdict != "ok" || totals.LeaderFailures < failures || totals.Kinds != len(totals.Faults) || totals.Kinds < 20 {
		t.Errorf("%s: %s", totals.Verdict, totals)
	}
	if longest := totals.Window(1); longest > longestWindow {
		t.Errorf("a failed leader's shard was without service for %s", longest)
	}
	for _, r := range totals.NoPass {
		t.Errorf("seed %d: %v: %v\n%s", r.Schedule.Seed, r.Reasons, totals.Errors[r.Schedule.Seed], r.Report)
	}
}

// TestDraw_kinds: what can be broken is drawn. Partitions and changes of members need
// names, and are in the corpus alone.
func TestDraw_kinds(t *testing.T) {
	drawn := map[fault.Kind]bool{fault.Partition: true, fault.Join: true, fault.Leave: true}
	for seed := range uint64(40) {
		topology := fault.Topology{Nodes: 3, Shards: 2}
		for _, s := range []fault.Schedule{Draw(seed, perRun, topology), DrawLosses(seed, lossesPerRun, topology)} {
			if err := s.Validate(); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			for _, step := range s.Faults {
				drawn[step.Kind] = true
			}
		}
	}
	for _, kind := range fault.Kinds {
		if !drawn[kind] {
			t.Errorf("no campaign draws %s", kind)
		}
	}
}

// TestCampaign_disks: nodes lose what they had stored, alone and at the worst moment,
// and nothing that was acknowledged is lost with it.
func TestCampaign_disks(t *testing.T) {
	const losses = 40
	totals := Campaign{Family: Disks, Failures: losses, Seed: 1, Topology: fault.Topology{Nodes: 3, Shards: 2}}.Run(t.Context())
	t.Logf("%s; %d repaired; %s of virtual time in %s", totals, totals.Repaired, totals.Simulated, totals.Took)
	if totals.Verdict != "ok" || totals.DataLosses < losses {
		t.Errorf("%s: %s", totals.Verdict, totals)
	}
	for _, r := range totals.NoPass {
		t.Errorf("seed %d: %v: %v\n%s", r.Schedule.Seed, r.Reasons, totals.Errors[r.Schedule.Seed], r.Report)
	}
}
