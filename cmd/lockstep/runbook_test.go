//go:build unix

package main

import (
	"os"
	"os/exec"
	"testing"
)

// TestRunbook carries out every entry of our runbooks beside three real processes, as
// somebody would who has nothing but the page.
func TestRunbook(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil && os.Getenv("CI") != "true" {
		t.Skip("the runbook asks by curl, which is missing")
	}
	out, err := exec.CommandContext(t.Context(), buildLockstep(t), "rehearse", "--dir", "../..").CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
}
