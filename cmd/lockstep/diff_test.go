package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestDiff: the command says how a page differs between two revisions, and of what it
// cannot compare which words it takes.
func TestDiff(t *testing.T) {
	dir := repository(t, "docs/index.md", "# Home\n\nThe log is flushed once a second.\n\n| k | v |\n|---|---|\n| a | 1 |\n")
	git := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=Ann", "-c", "user.email=a@example.org"}, args...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	git("init", "-q", "-b", "main")
	git("add", ".")
	git("commit", "-qm", "one")
	git("tag", "v1")
	if code, out, _ := lockstep(t, "diff", "--dir", dir, "docs/index.md"); code != 0 || !strings.Contains(out, "Nothing differs that a reader sees.") {
		t.Errorf("exit %d, %q", code, out)
	}
	put(t, filepath.Join(dir, "docs/index.md"), "# Home\n\nThe log is flushed now.\n\n| k | v |\n|---|---|\n| a | 2 |\n")
	for _, args := range [][]string{{"docs/index.md"}, {"/", "v1"}, {"docs/index.md", "main", "now"}} {
		code, out, stderr := lockstep(t, append([]string{"diff", "--dir", dir}, args...)...)
		if code != 0 || !strings.Contains(out, "The log is flushed [-once a second-]{+now+}.") || !strings.Contains(out, "~ a | [-1-]{+2+}") {
			t.Errorf("diff %q: exit %d\n%s%s", args, code, out, stderr)
		}
	}
	for want, args := range map[string][]string{"is no page of this site": {"docs/other.md"}, "is no revision of the repository": {"docs/index.md", "v9"}} {
		if code, _, stderr := lockstep(t, append([]string{"diff", "--dir", dir}, args...)...); code != exitFailure || !strings.Contains(stderr, want) {
			t.Errorf("diff %q: exit %d, %q", args, code, stderr)
		}
	}
	if code, _, stderr := lockstep(t, "diff", "--dir", dir); code != exitUsage {
		t.Errorf("diff of nothing: exit %d, %q", code, stderr)
	}
}
