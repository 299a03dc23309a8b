//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestRehearseUpgrade: each node goes to the other program and back by the commands of the
// chapter, under load; the record has every step.
func TestRehearseUpgrade(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil && os.Getenv("CI") != "true" {
		t.Skip("the chapter asks by curl, which is missing")
	}
	binary, dir := buildLockstep(t), t.TempDir()
	older, starts, file := filepath.Join(dir, "older"), filepath.Join(dir, "starts"), filepath.Join(dir, "upgrade.json")
	script := fmt.Sprintf("#!/bin/sh\necho \"$3\" >>%s\nexec %s \"$@\"\n", quoted(starts), quoted(binary))
	if err := os.WriteFile(older, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), binary, "rehearse", "upgrade", "--dir", "../..", "--from", older, "--out", file).CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Fields(get(t, starts)); len(got) != 6 || strings.Join(slices.Sorted(slices.Values(got)), " ") != "n1 n1 n2 n2 n3 n3" {
		t.Errorf("the older program was started at %v", got)
	}
	var e upgradeEvidence
	if err := json.Unmarshal([]byte(get(t, file)), &e); err != nil {
		t.Fatal(err)
	}
	if e.Experiment != upgradeName || e.Verdict != "ok" || e.Acknowledged < 12*upgradeMessages || e.Commands == "" || e.From != "unknown" {
		t.Errorf("the evidence is %+v", e)
	}
	for name, way := range map[string]upgradeWay{"up": e.Up, "back": e.Back} {
		if len(way.Steps) != 3 {
			t.Errorf("%s: %+v", name, way)
		}
		var pauses, steps []float64
		for _, s := range way.Steps {
			pauses, steps = append(pauses, s.Pause), append(steps, math.Round(10*(s.Ended+s.Ready))/10)
		}
		if slices.Min(pauses) <= 0 || way.Pause != slices.Max(pauses) || way.Slowest != slices.Max(steps) {
			t.Errorf("%s: %+v", name, way)
		}
	}
}

// TestRehearseUpgrade_refuses: what cannot be meant, or does not do what the text says, is
// an error with its reason, and leaves neither a file nor a record behind.
func TestRehearseUpgrade_refuses(t *testing.T) {
	binary, home := buildLockstep(t), t.TempDir()
	other := repository(t, "docs/13-rollout.md", "# Rollout\n\n## One replica at a time\n\n```sh rehearse=mitigate\nkill -0 $PID\necho sorry; false\n```\n", "lockstep.yaml", "content: docs\n")
	for name, tt := range map[string]struct {
		args string
		code int
		says string
	}{
		"no entry":       {"--dir " + t.TempDir(), exitUsage, "no text has the entry 13-rollout#one-replica-at-a-time"},
		"no program":     {"--dir ../.. --from nothing-of-the-kind", exitFailure, "nothing-of-the-kind is neither a program nor a commit of this clone"},
		"not an option":  {"--dir ../.. --from --output=x", exitFailure, "--output=x is neither a program nor a commit of this clone"},
		"another result": {"--dir " + other + " --from " + binary, exitFailure, "up, n"},
	} {
		record := filepath.Join(t.TempDir(), "upgrade.json")
		var out bytes.Buffer
		cmd := exec.CommandContext(t.Context(), binary, append([]string{"rehearse", "upgrade", "--out", record}, strings.Fields(tt.args)...)...)
		cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), "TMPDIR="+home), &out, &out
		_ = cmd.Run() // its exit code is looked at
		if code := cmd.ProcessState.ExitCode(); code != tt.code || !strings.Contains(out.String(), tt.says) {
			t.Errorf("%s: exit code %d, want %d and %q in\n%s", name, code, tt.code, tt.says, &out)
		}
		if name == "another result" && !strings.Contains(out.String(), "docs/13-rollout.md:7: 13-rollout#one-replica-at-a-time, mitigate at n") {
			t.Errorf("%s: the line is missing:\n%s", name, &out)
		}
		if _, err := os.Stat(record); err == nil {
			t.Errorf("%s: it was recorded", name)
		}
		if left, err := os.ReadDir(home); err != nil || len(left) > 0 {
			t.Errorf("%s: left: %v, %v", name, left, err)
		}
	}
}

// TestRehearseUpgrade_interrupted: an interrupt leaves neither a process nor a file behind.
func TestRehearseUpgrade_interrupted(t *testing.T) {
	interrupted(t, "upgrade", "--from", buildLockstep(t))
}
