package main

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/site"
)

// TestCheck_release: evidence that is older than the code that it judges is told
// and lets the check pass, and not a release.
func TestCheck_release(t *testing.T) {
	git := func(dir string, args ...string) string {
		t.Helper()
		out, err := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=A", "-c", "user.email=a@example.org"}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	dir := repository(t, "lockstep.yaml", "strict: true\ntitle: T\ncontent: [content]\nevidence: [evidence]\n", "content/index.md", "# T\n\nIt took [5 ms](evidence:run#took_ms).\n",
		"code/a.go", "package a\n")
	git(dir, "init", "-q", "-b", "main")
	git(dir, "add", ".")
	git(dir, "commit", "-qm", "one")
	put(t, filepath.Join(dir, "evidence/run.json"),
		`{"experiment": "run", "commit": "`+git(dir, "rev-parse", "HEAD")+`", "machine": "m", "seed": 1, "date": "2026-11-26", "judges": ["code"], "took_ms": 5}`)
	if code, out, stderr := lockstep(t, "check", "--release", "--dir", dir); code != 0 || !strings.Contains(out, "1 recorded runs with their age") || !strings.Contains(out, "1 numbers of evidence") {
		t.Fatalf("fresh evidence: %d\n%s%s", code, out, stderr)
	}
	put(t, filepath.Join(dir, "code/a.go"), "package a // changed\n")
	const told = "evidence/run.json: warning: the evidence is aged: since its commit"
	code, out, _ := lockstep(t, "check", "--dir", dir)
	if code != 0 || !strings.Contains(out, told) || !strings.Contains(out, "1 warning\n") || !strings.Contains(out, "sound: ") {
		t.Errorf("aged evidence: %d\n%s", code, out)
	}
	code, out, _ = lockstep(t, "check", "--release", "--dir", dir)
	if code != exitFailure || !strings.Contains(out, "evidence/run.json: the evidence is aged") || !strings.Contains(out, "1 problem\n") {
		t.Errorf("a release with it: %d\n%s", code, out)
	}
	for args, want := range map[string]string{"": site.Warning, "--release": ""} {
		_, out, _ := lockstep(t, strings.Fields("check --json "+args+" --dir "+dir)...)
		var report struct{ Findings []site.Finding }
		err := json.Unmarshal([]byte(out), &report)
		if findings := report.Findings; err != nil || len(findings) != 1 || findings[0].Severity != want {
			t.Errorf("as JSON, %q: %v, %+v", args, err, report.Findings)
		}
	}
	if code, _, stderr := lockstep(t, "build", "--dir", dir, "--out", filepath.Join(t.TempDir(), "public")); code != 0 || !strings.Contains(stderr, told) {
		t.Errorf("a build with it: %d\n%s", code, stderr)
	}
}
