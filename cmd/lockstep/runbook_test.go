//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/prototype/cluster"
)

// TestRunbook carries out every entry of our runbooks beside three real processes, as
// somebody would who has nothing but the page.
func TestRunbook(t *testing.T) {
	needCurl(t)
	out, err := exec.CommandContext(t.Context(), buildLockstep(t), "rehearse", "--dir", "../..").CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
}

func needCurl(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("curl"); err != nil && os.Getenv("CI") != "true" {
		t.Skip("the runbook asks by curl, which is missing")
	}
}

// TestRunbook_place: an entry without a cause stays at the node at which it began, although
// its own first command gives the lead to another one.
func TestRunbook_place(t *testing.T) {
	dir := repository(t, "docs/move.md", "# Move\n\n## Away {#away}\n\n```sh rehearse=mitigate\nfrom=$NODE\n"+
		"lockstep drain --target http://$NODE   # exit 0, says \"leads nothing any more\"\ntest $from = $NODE   # exit 0\n```\n")
	if out, err := exec.CommandContext(t.Context(), buildLockstep(t), "rehearse", "--dir", dir).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestRunbook_ended: a node that a command has ended is started again, also one whose
// process has shut its doors and is not gone yet when the commands are done.
func TestRunbook_ended(t *testing.T) {
	needCurl(t)
	var page strings.Builder
	page.WriteString("# Ends\n")
	for _, id := range strings.Fields("a b c d e f g h") {
		page.WriteString("\n## Ended {#" + id + "}\n\n```sh rehearse=mitigate\nlockstep drain --target http://$NODE\nkill $PID\n```\n\n" +
			"```sh rehearse=confirm\nlockstep status   # exit 0, says \"does not answer\", within 30s\n```\n\n" +
			"```sh rehearse=done\ncurl -sm 2 --fail-with-body http://$NODE/readyz   # exit 0, within 20s\n```\n")
	}
	dir := repository(t, "docs/ends.md", page.String())
	if out, err := exec.CommandContext(t.Context(), buildLockstep(t), "rehearse", "--dir", dir).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestRunbook_interrupted: an interrupt leaves neither a process nor a file behind.
func TestRunbook_interrupted(t *testing.T) {
	out := interrupted(t, "seq-stall#most-nodes", "seq-stall#hangs")
	if !strings.Contains(out, "left undone: seq-stall#most-nodes, seq-stall#hangs\n") {
		t.Error(out)
	}
}

// interrupted ends a rehearsal as soon as its cluster runs, and holds that nothing is left
// of it. It gives what was said.
func interrupted(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	home := t.TempDir()
	cmd := exec.CommandContext(t.Context(), buildLockstep(t), append([]string{"rehearse", "--dir", "../.."}, args...)...)
	cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), "TMPDIR="+home), &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var members []cluster.Member
	down := func(m cluster.Member) bool { return m.PID == 0 }
	for late := time.After(30 * time.Second); slices.ContainsFunc(members, down) || len(members) < 3; {
		dirs, _ := filepath.Glob(filepath.Join(home, "lockstep-*", defaultClusterDir))
		if len(dirs) == 1 {
			members, _ = cluster.ReadMembers(dirs[0])
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-late:
			t.Fatal("no cluster comes")
		}
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // what it ended with is looked at below
	if code := cmd.ProcessState.ExitCode(); code != exitInterrupted {
		t.Errorf("exit code %d\n%s", code, &out)
	}
	for _, m := range members {
		awaitGone(t, m.PID)
	}
	if left, err := os.ReadDir(home); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
	return out.String()
}
