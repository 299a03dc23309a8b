package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lockstep/prototype/fault"
	labrun "lockstep/site/run"
)

// TestTorture_virtual: leaders fail in virtual time, and the evidence says so.
func TestTorture_virtual(t *testing.T) {
	path := filepath.Join(t.TempDir(), "evidence.json")
	var out, errs strings.Builder
	if code := run(t.Context(), []string{"torture", "--failures", "20", "--seed", "3", "--out", path}, strings.NewReader(""), &out, &errs); code != 0 {
		t.Fatalf("exit code %d\n%s%s", code, out.String(), errs.String())
	}
	_, link, _ := strings.Cut(out.String(), longestWindow+", under the laboratory's own load, at http://127.0.0.1:8080/lab/#")
	link, _, _ = strings.Cut(link, "\n")
	if r, err := labrun.ReadFragment(link); err != nil || labrun.CheckFragment(link, playable()) != nil || len(r.Actions) == 0 || len(r.Actions) > 10 {
		t.Errorf("no link to one failure: %v, %+v\n%s", err, r, out.String())
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var e campaignEvidence
	if err := json.Unmarshal(data, &e); err != nil {
		t.Fatal(err)
	}
	if e.LeaderFailures < 20 || e.Verdict != "ok" || e.Acknowledged == 0 || e.Window.Count == 0 || e.Simulated < 20 {
		t.Errorf("evidence: %s", data)
	}
}

// TestAround: of a schedule what is in force at one step stays, and what that needs.
func TestAround(t *testing.T) {
	at := func(at, until int, kind fault.Kind, target string) fault.Step {
		d := func(n int) fault.Duration { return fault.Duration(time.Duration(n) * time.Millisecond) }
		return fault.Step{At: d(at), Until: d(until), Target: target, Fault: fault.Fault{Kind: kind}}
	}
	s := fault.Schedule{Seed: 7, Topology: fault.Topology{Nodes: 3, Shards: 1}, Faults: []fault.Step{
		at(1000, 2000, fault.Kill, "leader"),
		at(3000, 9000, fault.SlowDisk, "n3"),
		at(5000, 6000, fault.Kill, "leader"),
		at(6500, 7000, fault.Pause, "successor"),
		at(8000, 0, fault.Transfer, "leader"),
	}}
	for step, want := range map[int][]fault.Step{
		0: {at(0, 1000, fault.Kill, "leader")},
		3: {at(0, 6000, fault.SlowDisk, "n3"), at(2000, 3000, fault.Kill, "leader"), at(3500, 4000, fault.Pause, "successor")},
		4: {at(0, 6000, fault.SlowDisk, "n3"), at(5000, 0, fault.Transfer, "leader")},
	} {
		got := around(s, step)
		if diff := cmp.Diff(want, got.Faults); diff != "" || got.Seed != 7 {
			t.Errorf("around step %d: -want +got\n%s", step, diff)
		}
		if link, left := labLink(got); link == "" || left > 0 {
			t.Errorf("step %d: link %q, %d faults left out", step, link, left)
		}
	}
	if len(s.Faults) != 5 || s.Faults[1].At != at(3000, 0, "", "").At {
		t.Errorf("the schedule itself was changed: %v", s.Faults)
	}
}

// TestTorture_schedule: one schedule is carried out as written, and a bad one is
// refused with the way out.
func TestTorture_schedule(t *testing.T) {
	var out, errs strings.Builder
	if code := run(t.Context(), []string{"torture", "--schedule", "../../prototype/torture/testdata/isolate.json"}, strings.NewReader(""), &out, &errs); code != 0 {
		t.Errorf("exit code %d\n%s%s", code, out.String(), errs.String())
	}
	for _, want := range []string{"1s to 2s  isolate at leader", "verdict ok"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out.String())
		}
	}
	path := filepath.Join(t.TempDir(), "bad.json")
	if err := os.WriteFile(path, []byte(`{"seed": 1, "topology": {"nodes": 4, "shards": 1}}`), 0o644); err != nil {
		t.Fatal(err)
	}
	errs.Reset()
	if code := run(t.Context(), []string{"torture", "--schedule", path}, strings.NewReader(""), &out, &errs); code == 0 || !strings.Contains(errs.String(), "topology.nodes") {
		t.Errorf("a bad schedule: exit code %d, %s", code, errs.String())
	}
}
