package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func runGit(t *testing.T, dir string, args ...string) string {
	t.Helper()
	out, err := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=Ada", "-c", "user.email=ada@example.org"}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// TestData_ignored serves another team's repository: nothing that the server keeps
// gets into a commit, and nobody else on the machine can read it.
func TestData_ignored(t *testing.T) {
	dir := reviewedSite(t)
	s := startServer(t, dir)
	if status, data, err := sendJSON(t.Context(), "POST", s.address+"/api/reviews/adr/0001-use-a-log/threads", `{"id":"t1","body":"x"}`); err != nil || status != 201 {
		t.Fatalf("%d %s %v", status, data, err)
	}
	if out, err := command(t, "review", "invite", "--name", "Bob", "--dir", dir); err != nil {
		t.Fatalf("invite: %v\n%s", err, out)
	}
	runGit(t, dir, "add", "-A")
	if files := runGit(t, dir, "ls-files", "var"); files != "" {
		t.Errorf("git add -A took\n%s", files)
	}
	old := filepath.Join(t.TempDir(), "repo")
	os.MkdirAll(filepath.Join(old, "var/review"), 0o755)
	os.WriteFile(filepath.Join(old, "var/review/keys"), nil, 0o644)
	if err := claimData(t.Context(), filepath.Join(old, "var")); err != nil {
		t.Fatal(err)
	}
	for _, root := range []string{filepath.Join(dir, "var"), filepath.Join(old, "var")} {
		seen := 0
		filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err != nil {
				t.Fatal(err)
			}
			info, err := e.Info()
			if err != nil {
				return nil // a file of the log came and went
			}
			seen++
			if info.Mode().Perm()&0o077 != 0 {
				t.Errorf("others can read %s: %s", path, info.Mode())
			} else if e.IsDir() {
				return fs.SkipDir // nobody else gets below it
			}
			return nil
		})
		if seen == 0 {
			t.Errorf("%s is empty", root)
		}
	}
}

// TestData_beside: a folder that has other things in it is not hidden as a whole.
func TestData_beside(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "notes.md"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := claimData(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, ".gitignore")); err == nil {
		t.Error("git ignores what is not ours")
	}
	runGit(t, dir, "init", "-q")
	os.WriteFile(filepath.Join(dir, "review/keys"), []byte("secret"), 0o600)
	runGit(t, dir, "add", "-A")
	if files := runGit(t, dir, "ls-files"); files != "notes.md\n" {
		t.Errorf("git add -A took\n%s", files)
	}
	if info, err := os.Stat(filepath.Join(dir, "review")); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v %v", info.Mode(), err)
	}
}

// TestData_tracked: a store of which git has a copy is not opened, by the server or
// by a command, and the message says what to do.
func TestData_tracked(t *testing.T) {
	dir := reviewedSite(t)
	if err := os.MkdirAll(filepath.Join(dir, "var/review"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "var/review/keys"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	runGit(t, dir, "add", "-f", "var/review/keys")
	runGit(t, dir, "commit", "-q", "-m", "by mistake")
	for _, args := range [][]string{{"serve", "--dir", dir, "--addr", "127.0.0.1:0", "--no-cluster"}, {"review", "list", "--dir", dir}, {"review", "invite", "--name", "Bob", "--dir", dir}} {
		out, err := command(t, args...)
		if err == nil || !strings.Contains(out, "is tracked by git: 1 files, among them review/keys") || !strings.Contains(out, `rm -r -q --cached .`) {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
	}
	runGit(t, dir, "rm", "-r", "-q", "--cached", "var")
	runGit(t, dir, "commit", "-q", "-m", "put right")
	startServer(t, dir)
}
