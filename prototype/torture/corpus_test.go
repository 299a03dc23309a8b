package torture

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/prototype/check"
	"lockstep/prototype/cluster"
	"lockstep/prototype/fault"
	"lockstep/prototype/node"
)

func readCorpus(t *testing.T) map[string]fault.Schedule {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.json")
	if err != nil {
		t.Fatal(err)
	}
	schedules := make(map[string]fault.Schedule)
	for _, path := range paths {
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		s, err := fault.Read(file)
		file.Close()
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		schedules[strings.TrimSuffix(filepath.Base(path), ".json")] = s
	}
	return schedules
}

// longestWindow is how long a failed leader's shard may be without service. Beyond
// it the library's own timers have held an election: the detector has missed one,
// or called one that could not be won.
const longestWindow = time.Second

// deposing are the faults that take a leader's lead for sure, if somebody is left
// to take it.
var deposing = []fault.Kind{fault.Kill, fault.PowerLoss, fault.TornTail, fault.Isolate, fault.Pause}

// loses says whether messages are lost everywhere beside the other faults: an
// election may then take more than one try.
func loses(s fault.Schedule) bool {
	return slices.ContainsFunc(s.Faults, func(step fault.Step) bool { return step.Kind == fault.Drop && step.Target == string(fault.All) })
}

// TestCorpus: each kind of fault strikes a cluster under load, and the promises
// hold.
func TestCorpus(t *testing.T) {
	struck := map[fault.Kind]bool{}
	for name, s := range readCorpus(t) {
		t.Run(name, func(t *testing.T) {
			result, err := Virtual(s)
			if err != nil {
				t.Error(err)
			}
			if result.Verdict != check.OK {
				t.Errorf("%s\n%s", strings.Join(result.Reasons, "\n"), result.Report)
			}
			for i, e := range result.Effects {
				t.Log(e)
				if e.Hits > 0 {
					struck[s.Faults[i].Kind] = true
				}
				if step := s.Faults[i]; !strings.HasPrefix(step.Target, "leader") && !strings.HasPrefix(step.Target, "successor") || !slices.Contains(deposing, step.Kind) {
					continue
				}
				if !e.LeaderFailed || e.Window.D() > longestWindow && !loses(s) {
					t.Errorf("nobody took over from %s within %s", e.Nodes, longestWindow)
				}
			}
		})
	}
	for _, kind := range fault.Kinds {
		if !struck[kind] {
			t.Errorf("no schedule of the corpus struck with %s", kind)
		}
	}
}

// without is a cluster that cannot have some kind of fault.
type without struct {
	Target
	kind fault.Kind
}

func (w without) Break(ctx context.Context, id string, f fault.Fault) (Mend, error) {
	if f.Kind == w.kind {
		return nil, ErrUnsupported
	}
	return w.Target.Break(ctx, id, f)
}

// TestRun_unsupported: a fault that cannot be had fails the run.
func TestRun_unsupported(t *testing.T) {
	s := readCorpus(t)["kill"]
	synctest.Test(t, func(t *testing.T) {
		m, err := cluster.NewMemoryOn(s.Topology.Nodes, flushTime, func(c *node.Config) { c.Shards = s.Topology.Shards })
		if err != nil {
			t.Fatal(err)
		}
		result, err := Run(t.Context(), s, without{InMemory(m), fault.Kill}, Options{})
		if !errors.Is(err, ErrUnsupported) || result.Verdict == check.OK {
			t.Errorf("a fault that cannot be had: %s, %v", result.Verdict, err)
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
}

// TestVirtual_no_effect: a fault that does nothing is no pass.
func TestVirtual_no_effect(t *testing.T) {
	s := readCorpus(t)["drop"]
	s.Faults[0].Probability = 1e-12
	result, err := Virtual(s)
	if err != nil || result.Verdict != check.Unknown || len(result.Reasons) != 1 || !strings.Contains(result.Reasons[0], "no effect") {
		t.Errorf("a drop of nothing: %s, %v, %v", result.Verdict, result.Reasons, err)
	}
}
