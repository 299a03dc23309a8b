package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestEvidence_judges: evidence is aged by folders that exist.
func TestEvidence_judges(t *testing.T) {
	for experiment, folders := range codeOf {
		for _, folder := range folders {
			if info, err := os.Stat(filepath.Join("../..", folder)); err != nil || !info.IsDir() {
				t.Errorf("%s judges %s, which is no folder", experiment, folder)
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
