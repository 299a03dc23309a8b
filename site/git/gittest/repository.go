// Package gittest makes repositories for tests: all commits are Ann's, and their dates
// are given.
package gittest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Begin is the date of the first commit.
const Begin = "2024-01-01T10:00:00Z"

// Repository is a folder with its history.
type Repository struct {
	tb  testing.TB
	Dir string
}

// New makes a repository of a folder; what is in it is the first commit.
func New(tb testing.TB, dir string) *Repository {
	tb.Helper()
	r := &Repository{tb, dir}
	r.Git(Begin, "init", "-q", "-b", "main")
	r.Commit(Begin, "begin")
	return r
}

// Git runs git in the folder as Ann, on a date.
func (r *Repository) Git(at string, args ...string) {
	r.tb.Helper()
	cmd := exec.Command("git", append([]string{"-C", r.Dir}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_AUTHOR_NAME=Ann", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=Ann", "GIT_COMMITTER_EMAIL=a@example.org",
		"GIT_AUTHOR_DATE="+at, "GIT_COMMITTER_DATE="+at, "GIT_CONFIG_GLOBAL=/dev/null")
	if out, err := cmd.CombinedOutput(); err != nil {
		r.tb.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

// Commit commits all that is in the folder.
func (r *Repository) Commit(at, subject string) {
	r.tb.Helper()
	r.Git(at, "add", "-A")
	r.Git(at, "commit", "-q", "--allow-empty", "-m", subject)
}

// Edit replaces words of a file, which has them.
func (r *Repository) Edit(file, old, new string) {
	r.tb.Helper()
	data, err := os.ReadFile(filepath.Join(r.Dir, file))
	if err != nil || !strings.Contains(string(data), old) {
		r.tb.Fatalf("%s has no %q: %v", file, old, err)
	}
	r.Put(file, strings.ReplaceAll(string(data), old, new))
}

// Put writes a file, and the folders that it needs.
func (r *Repository) Put(file, text string) {
	r.tb.Helper()
	name := filepath.Join(r.Dir, filepath.FromSlash(file))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		r.tb.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		r.tb.Fatal(err)
	}
}
