package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/site/review"
	"lockstep/site/review/event"
)

// TestApplyEdit: an edit is committed as one file by who suggested it, or nothing is
// written: not into a file with other changes, not where the text is another, and not
// where git refuses the commit.
func TestApplyEdit(t *testing.T) {
	const source = "adr/0001-use-a-log.md"
	edit := review.SourceEdit{Source: source, Old: "We keep one log per shard.", New: "One log per shard.", Title: "Use a log", Thread: "s", By: event.Person{ID: "local:bea@example.org", Name: "Bea\n<x>"}}
	for _, test := range []struct {
		name    string
		prepare func(dir string, git func(args ...string) string)
		want    string // of the error; "" for a commit
	}{
		{"clean", func(dir string, git func(args ...string) string) { git("add", "-A"); git("commit", "-qm", "Begin") }, ""},
		{"other files", func(dir string, git func(args ...string) string) {
			git("add", "-A")
			git("commit", "-qm", "Begin")
			os.WriteFile(filepath.Join(dir, "README.md"), []byte("# Mine\n"), 0o644)
			git("add", "README.md")
		}, ""},
		{"in no commit", func(dir string, git func(args ...string) string) {}, "is in no commit yet"},
		{"changed", func(dir string, git func(args ...string) string) {
			git("add", "-A")
			git("commit", "-qm", "Begin")
			text, _ := os.ReadFile(filepath.Join(dir, source))
			os.WriteFile(filepath.Join(dir, source), append(text, "\nMine.\n"...), 0o644)
		}, "commit or stash them first"},
		{"another text", func(dir string, git func(args ...string) string) {
			text, _ := os.ReadFile(filepath.Join(dir, source))
			os.WriteFile(filepath.Join(dir, source), []byte(strings.Replace(string(text), "one log", "two logs", 1)), 0o644)
			git("add", "-A")
			git("commit", "-qm", "Begin")
		}, "no longer has the text"},
		{"refused by a hook", func(dir string, git func(args ...string) string) {
			git("add", "-A")
			git("commit", "-qm", "Begin")
			os.WriteFile(filepath.Join(dir, ".git/hooks/pre-commit"), []byte("#!/bin/sh\necho not today >&2; exit 1\n"), 0o755)
		}, "is as it was: git commit: exit status 1: not today"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := reviewedSite(t)
			git := func(args ...string) string {
				t.Helper()
				out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput()
				if err != nil {
					t.Fatalf("git %v: %v %s", args, err, out)
				}
				return strings.TrimSpace(string(out))
			}
			test.prepare(dir, git)
			before, _ := os.ReadFile(filepath.Join(dir, source))
			status := git("status", "--porcelain")
			hash, err := applyEdit(t.Context(), dir, edit)
			after, _ := os.ReadFile(filepath.Join(dir, source))
			if test.want != "" {
				if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("%v, want %q", err, test.want)
				}
				if string(after) != string(before) {
					t.Errorf("the text was changed:\n%s", after)
				}
			} else if said := git("log", "-1", "--format=%H|%an|%ae|%cn|%s", "--name-only"); err != nil || said != hash+"|Bea  x|bea@example.org|Ada|Apply what Bea  x suggested for Use a log\n\n"+source {
				t.Errorf("the commit: %v\n%s", err, said)
			}
			if now := git("status", "--porcelain"); now != status {
				t.Errorf("the rest of the work was %q and is %q", status, now)
			}
		})
	}
}
