package measure

import (
	"slices"
	"testing"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/lab/frame"
	"lockstep/prototype/lab/scenarios"
)

// TestPlay: a leader that is cut off costs the strong lane a window and the
// asynchronous one messages.
func TestPlay(t *testing.T) {
	for _, s := range scenarios.All() {
		if s.Name != "cut-off" {
			continue
		}
		sum, err := Play(t.Context(), s, 3, nil)
		if err != nil {
			t.Fatal(err)
		}
		quorum, async := sum.Lanes[frame.LaneQuorum], sum.Lanes[frame.LaneLeader]
		if sum.Runs != 3 || sum.Reached != 3 || len(sum.Windows) < 3 {
			t.Errorf("%d runs, %d reached their goal, windows %v: %v", sum.Runs, sum.Reached, sum.Windows, sum.Missed)
		}
		if quorum.Acknowledged == 0 || quorum.Lost+quorum.Moved+quorum.Duplicated > 0 || quorum.Broken > 0 {
			t.Errorf("quorum: %+v", quorum)
		}
		if len(quorum.Out) != 3 || slices.Max(quorum.Out) > time.Second || slices.Max(quorum.P99) == 0 {
			t.Errorf("quorum: out of service for %s, p99 %s", quorum.Out, quorum.P99)
		}
		if clock := sum.Lanes[frame.LaneClock]; slices.Max(clock.Out) > 0 {
			t.Errorf("clock: out of service for %s", clock.Out)
		}
		if quorum.Exact.OK != 3 || quorum.Exact.Acknowledged == 0 {
			t.Errorf("the exact judge of quorum: %+v", quorum.Exact)
		}
		if async.Exact.Violated != 3 || async.Exact.Lost == 0 {
			t.Errorf("the exact judge of leader: %+v", async.Exact)
		}
		if async.Lost == 0 || async.Broken != 3 {
			t.Errorf("leader: %+v", async)
		}
		if r := sum.Reads[api.LevelLinearizable]; r.Fresh == 0 || r.Stale > 0 {
			t.Errorf("linearizable reads: %+v", r)
		}
		return
	}
	t.Fatal("there is no scenario cut-off")
}

// TestFailovers: nodes that watch each other are several times as quick as the
// library's timers, which keep to their bound.
func TestFailovers(t *testing.T) {
	const count = 8
	tuned, err := Failovers(t.Context(), Tuned, count, nil)
	if err != nil {
		t.Fatal(err)
	}
	library, err := Failovers(t.Context(), Library, count, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(tuned) != count || len(library) != count {
		t.Fatalf("%d and %d failovers, want %d each", len(tuned), len(library), count)
	}
	if worst := slices.Max(tuned); worst > 500*time.Millisecond {
		t.Errorf("tuned: up to %s", worst)
	}
	// One timeout at least, less the two tenths of it by which the last heartbeat may
	// have come before the cut; three at most, and an attempt that was under way.
	if least, worst := slices.Min(library), slices.Max(library); least < 800*time.Millisecond || worst > 3200*time.Millisecond {
		t.Errorf("library: from %s to %s", least, worst)
	}
}
