package torture

import (
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/prototype/check"
	"lockstep/prototype/fault"
)

// TestShrink: of forty faults, the two that matter together are found, and the
// schedule ends soon after them.
func TestShrink(t *testing.T) {
	s := Draw(3, 40, fault.Topology{Nodes: 3, Shards: 1})
	first, second := s.Faults[5], s.Faults[29]
	runs := 0
	run := func(s fault.Schedule) (Result, error) {
		runs++
		r := Result{Schedule: s, Verdict: check.OK}
		found := 0
		for _, step := range s.Faults {
			if step.Kind == first.Kind && step.Until-step.At == first.Until-first.At || step.Kind == second.Kind && step.Until-step.At == second.Until-second.At {
				found++
			}
		}
		if found >= 2 {
			r.Verdict = check.Violated
		}
		return r, s.Validate()
	}
	failing, err := run(s)
	if err != nil || failing.Verdict != check.Violated {
		t.Fatal(failing.Verdict, err)
	}
	small := Shrink(t.Context(), failing, 1, run)
	if len(small.Schedule.Faults) != 2 || small.Verdict != check.Violated {
		t.Errorf("shrunk to %s", small.Schedule)
	}
	if small.Schedule.Duration >= s.Duration || small.Schedule.Faults[0].At > fault.Duration(time.Second) {
		t.Errorf("it is still as long as this: %s", small.Schedule)
	}
	if runs > 200 {
		t.Errorf("it took %d runs", runs)
	}
}

// TestDraw: what is drawn can be carried out, and follows from the seed.
func TestDraw(t *testing.T) {
	for seed := range uint64(200) {
		s := Draw(seed, 20, fault.Topology{Nodes: 5, Shards: 3})
		if err := s.Validate(); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		aimed := 0
		for _, step := range s.Faults {
			if strings.Contains(step.Target, "-of-shard:") {
				aimed++
			}
		}
		if aimed != 20 {
			t.Errorf("seed %d: %d leaders are struck, want 20", seed, aimed)
		}
		if again := Draw(seed, 20, fault.Topology{Nodes: 5, Shards: 3}); again.String() != s.String() {
			t.Errorf("seed %d drew two schedules", seed)
		}
	}
}

// TestDrawLosses: the same for losses of data.
func TestDrawLosses(t *testing.T) {
	for seed := range uint64(200) {
		for losses := 1; losses <= lossesPerRun; losses++ {
			for _, nodes := range []int{3, 5} {
				topology := fault.Topology{Nodes: nodes, Shards: 3}
				s := DrawLosses(seed, losses, topology)
				if err := s.Validate(); err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
				lost := 0
				for _, step := range s.Faults {
					if slices.Contains(fault.LosingKinds, step.Kind) {
						lost++
					}
				}
				if lost != losses {
					t.Errorf("seed %d: %d nodes lose data, want %d", seed, lost, losses)
				}
				if again := DrawLosses(seed, losses, topology); again.String() != s.String() {
					t.Errorf("seed %d drew two schedules", seed)
				}
			}
		}
	}
}
