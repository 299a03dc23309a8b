package main

import (
	"os/exec"
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
