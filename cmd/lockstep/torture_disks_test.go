package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/prototype/torture"
)

// TestTorture_disks: real processes lose what they had in files, in every way, one
// after the other, under load. Each loss strikes, each node is a voter again, and
// the judge finds nothing.
func TestTorture_disks(t *testing.T) {
	tortureProcesses(t, "disks")
}

// tortureProcesses carries out a schedule of the corpus on real processes.
func tortureProcesses(t *testing.T, name string) {
	t.Helper()
	path := "../../prototype/torture/testdata/" + name + ".json"
	out, err := exec.CommandContext(t.Context(), buildLockstep(t), "torture", "--processes", "--schedule", path).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "verdict ok") {
		t.Errorf("%s: %v\n%s", name, err, out)
	}
	t.Logf("%s", out)
}

// TestTorture_families: what may be tortured is said if it is misspelt.
func TestTorture_families(t *testing.T) {
	var out, errs strings.Builder
	if code := run(t.Context(), []string{"torture", "--family", "disk"}, strings.NewReader(""), &out, &errs); code == 0 {
		t.Error("there is a family disk")
	}
	for _, f := range torture.Families {
		if !strings.Contains(errs.String(), string(f)) {
			t.Errorf("%q does not name %s", errs.String(), f)
		}
	}
}

// TestTorture_forgotten_shard: of three real processes one is away, and one loses the
// folder of its shard, with which it had completed each majority. The two must not
// elect each other without the third, which alone has every message.
func TestTorture_forgotten_shard(t *testing.T) {
	tortureProcesses(t, "forgotten-shard")
}

// TestTorture_down: a fault at a process that another fault has down has no effect. The
// run goes on to its end, and proves nothing.
func TestTorture_down(t *testing.T) {
	path := filepath.Join(t.TempDir(), "schedule.json")
	schedule := `{"seed": 1, "topology": {"nodes": 3, "shards": 1}, "lane": "quorum", "duration": "4s",
		"load": {"rate": 50, "sessions": 4, "conversations": 4, "reads": 0.2},
		"faults": [{"at": "1s", "until": "3s", "target": "n1", "fault": "kill"},
			{"at": "2s", "until": "2.5s", "target": "n1", "fault": "kill"},
			{"at": "2s", "until": "2.5s", "target": "n1", "fault": "slow-disk", "delay": "10ms"}]}`
	if err := os.WriteFile(path, []byte(schedule), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), buildLockstep(t), "torture", "--processes", "--schedule", path).CombinedOutput()
	for _, want := range []string{"kill at n1 (n1): 1 hits", "kill at n1 (n1): 0 hits", "slow-disk of 10ms at n1 (n1): 0 hits", "verdict unknown", " 0 lost"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%q is missing", want)
		}
	}
	if err == nil || strings.Contains(string(out), "lockstep: ") || t.Failed() {
		t.Errorf("%v\n%s", err, out)
	}
}
