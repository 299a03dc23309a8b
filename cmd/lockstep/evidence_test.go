package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestEvidence_judges: evidence is aged by folders and files that exist.
func TestEvidence_judges(t *testing.T) {
	for experiment, places := range codeOf {
		for _, place := range places {
			if _, err := os.Stat(filepath.Join("../..", place)); err != nil {
				t.Errorf("%s judges %s: %v", experiment, place, err)
			}
		}
	}
}

// TestEvidence_command: a record says how it was made, and nothing of the machine.
func TestEvidence_command(t *testing.T) {
	got := called([]string{"torture", "--out", "/tmp/x.json", "--failures", "20", "--dir=/home/a", "--seed=7"})
	if want := "lockstep torture --failures 20 --seed=7"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestEvidence_refuses: what is recorded names a commit, so the script does not
// begin where a file is in none.
func TestEvidence_refuses(t *testing.T) {
	script, err := os.ReadFile("../../.ci/evidence")
	if err != nil {
		t.Fatal(err)
	}
	dir := repository(t, ".ci/evidence", string(script), "new.go", "package p\n")
	if out, err := exec.Command("git", "-C", dir, "init", "-q").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	out, err := exec.Command("bash", filepath.Join(dir, ".ci/evidence")).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "new.go") || !strings.Contains(string(out), "commit or stash") {
		t.Errorf("%v: %s", err, out)
	}
}
