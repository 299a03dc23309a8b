package torture

import (
	"errors"
	"testing"
	"testing/synctest"

	"lockstep/prototype/check"
	"lockstep/prototype/cluster"
	"lockstep/prototype/fault"
	"lockstep/prototype/node"
)

var someLoad = fault.Load{Rate: 50, Sessions: 8, Conversations: 4, Reads: 0.2}

// oneByOne carries a schedule out on nodes in memory, in virtual time.
func oneByOne(t *testing.T, s fault.Schedule) (result Result, err error) {
	synctest.Test(t, func(t *testing.T) {
		m, failed := cluster.NewMemoryOn(s.Topology.Nodes, flushTime, func(c *node.Config) { c.Shards = s.Topology.Shards })
		if failed != nil {
			t.Fatal(failed)
		}
		result, err = Run(t.Context(), s, InMemory(m), Options{OneByOne: true})
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return result, err
}

// TestRun_one_by_one: each failure takes a leader's lead and is over before the next
// one, and the parts of a window add up to it.
func TestRun_one_by_one(t *testing.T) {
	s := DrawOneByOne(1, 12, []fault.Kind{fault.Kill, fault.Pause, fault.Isolate}, fault.Topology{Nodes: 3, Shards: 2}, someLoad)
	result, err := oneByOne(t, s)
	if err != nil || result.Verdict != check.OK || result.LeaderFailures() != 12 {
		t.Fatalf("%s: %v; %d leader failures, %v\n%s", result.Verdict, err, result.LeaderFailures(), result.Reasons, result.Report)
	}
	parts := 0
	for _, e := range result.Effects {
		t.Log(e)
		if e.Window <= 0 || e.Window.D() > longestWindow {
			t.Errorf("its shard was without service for %s", e.Window)
		}
		if p := e.Parts; p != nil {
			parts++
			if p.Notice+p.Elect+p.Serve != e.Window {
				t.Errorf("the parts %+v do not add up to %s", *p, e.Window)
			}
		}
	}
	if parts == 0 {
		t.Error("no window was seen in its parts")
	}
}

// TestRun_one_by_one_missed: a failure that nobody feels ends the run without a pass.
func TestRun_one_by_one_missed(t *testing.T) {
	s := DrawOneByOne(1, 3, []fault.Kind{fault.SlowDisk}, fault.Topology{Nodes: 3, Shards: 1}, someLoad)
	for i := range s.Faults {
		s.Faults[i].Delay = 1
	}
	result, err := oneByOne(t, s)
	if !errors.Is(err, errMissed) || len(result.Effects) != 1 || result.LeaderFailures() != 0 {
		t.Errorf("%v, %d effects", err, len(result.Effects))
	}
}
