package fault

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// sound is a schedule to which a test adds what it is about.
func sound() Schedule {
	return Schedule{
		Seed: 7, Topology: Topology{Nodes: 5, Shards: 2}, Lane: "quorum", Duration: Duration(10 * time.Second),
		Load: Load{Rate: 100, Sessions: 8, Conversations: 4, Reads: 0.25},
		Faults: []Step{
			{At: Duration(time.Second), Until: Duration(2 * time.Second), Target: "leader-of-shard:1", Fault: Fault{Kind: Kill}},
			{At: Duration(time.Second), Target: "leader:room-1", Fault: Fault{Kind: Transfer}},
			{At: Duration(1500 * time.Millisecond), Until: Duration(3 * time.Second), Target: "all", Fault: Fault{Kind: Reorder, Probability: 0.3, Delay: Duration(20 * time.Millisecond), Direction: Out, Peers: []string{"n2"}, Seed: 9}},
			{At: Duration(4 * time.Second), Until: Duration(5 * time.Second), Fault: Fault{Kind: Partition}, Sides: [][]string{{"n1", "n2"}, {"n2", "n3", "n4"}}},
			{At: Duration(6 * time.Second), Until: Duration(7 * time.Second), Target: "random", Fault: Fault{Kind: ClockJump, By: Duration(-time.Hour)}},
		},
	}
}

// TestSchedule_golden: the format does not change unnoticed, and is read as it was
// written.
func TestSchedule_golden(t *testing.T) {
	var file bytes.Buffer
	if err := sound().Write(&file); err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]string{"schedule.json": file.String(), "schedule.txt": sound().String() + "\n"} {
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
	again, err := Read(&file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sound(), again); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
}

// TestRead_refuses: each mistake is named by its field, with what would be right.
func TestRead_refuses(t *testing.T) {
	for _, tt := range []struct {
		name, old, new string
		want           []string
	}{
		{"unknown field", `"seed": 7`, `"sead": 7`, []string{"sead"}},
		{"duration without unit", `"duration": "10s"`, `"duration": "10"`, []string{`"10"`, "1.5s"}},
		{"number for a duration", `"duration": "10s"`, `"duration": 10`, []string{"duration"}},
		{"two nodes", `"nodes": 5`, `"nodes": 2`, []string{"topology.nodes", "3, 5"}},
		{"no such lane", `"quorum"`, `"fast"`, []string{"lane", "quorum, leader or clock"}},
		{"no such fault", `"fault": "kill"`, `"fault": "kil"`, []string{"faults[0]", "fault", "kill, "}},
		{"no such shard", `"leader-of-shard:1"`, `"leader-of-shard:2"`, []string{"faults[0]", "target", "0 to 1"}},
		{"no such target", `"target": "all"`, `"target": "n9"`, []string{"faults[2]", "target", "leader-of-shard:N"}},
		{"an end before the beginning", `"until": "2s"`, `"until": "500ms"`, []string{"faults[0]", "until", "after 1s"}},
		{"beyond the end", `"until": "2s"`, `"until": "20s"`, []string{"faults[0]", "until", "10s"}},
		{"a parameter of another fault", `"probability": 0.3,`, `"probability": 0.3, "rate": 2,`, []string{"faults[2]", "takes no rate"}},
		{"a missing parameter", `"probability": 0.3,`, ``, []string{"faults[2]", "needs probability"}},
		{"a stranger on a side", `"n4"`, `"n8"`, []string{"faults[3]", "sides", "n8"}},
		{"something behind it", "\n}\n", "\n}\n{}", []string{"after it"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var file bytes.Buffer
			if err := sound().Write(&file); err != nil {
				t.Fatal(err)
			}
			text := strings.Replace(file.String(), tt.old, tt.new, 1)
			if text == file.String() {
				t.Fatalf("%s does not occur", tt.old)
			}
			_, err := Read(strings.NewReader(text))
			if !errors.Is(err, ErrSchedule) {
				t.Fatalf("%v, want ErrSchedule", err)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
		})
	}
}

// TestSchedule_bounds: a step may be at either end of a schedule, and not beyond.
func TestSchedule_bounds(t *testing.T) {
	for name, tt := range map[string]struct {
		at, until time.Duration
		kind      Kind
		ok        bool
	}{
		"from the beginning to the end": {0, 10 * time.Second, Isolate, true},
		"at the end":                    {10 * time.Second, 0, Transfer, true},
		"before the beginning":          {-1, time.Second, Isolate, false},
		"behind the end":                {10*time.Second + 1, 0, Transfer, false},
		"until behind the end":          {0, 10*time.Second + 1, Isolate, false},
		"for no time":                   {time.Second, time.Second, Isolate, false},
		"for a nanosecond":              {time.Second, time.Second + 1, Isolate, true},
	} {
		s := sound()
		s.Faults = []Step{{At: Duration(tt.at), Until: Duration(tt.until), Target: "n2", Fault: Fault{Kind: tt.kind}}}
		if err := s.Validate(); (err == nil) != tt.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestStep_Apart: who is cut from whom.
func TestStep_Apart(t *testing.T) {
	s := sound().Faults[3]
	for id, want := range map[string][]string{"n1": {"n3", "n4"}, "n2": nil, "n3": {"n1"}, "n4": {"n1"}, "n5": nil} {
		if diff := cmp.Diff(want, s.Apart(id)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", id, diff)
		}
	}
}
