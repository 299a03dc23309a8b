package build

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lockstep/site/git/gittest"
)

// TestHistory: a page has the history of its file, through a rename, and its footer says
// what a shallow clone cannot know.
func TestHistory(t *testing.T) {
	r := gittest.New(t, tree(t, own))
	r.Git("2024-02-01T10:00:00Z", "mv", "adr/0001-first.md", "adr/0001-the \"first\".md")
	r.Commit("2024-02-01T10:00:00Z", "two")
	if h := load(t, r.Dir).ByPath("/adr/0001-the-first/").History; h.Commits != 2 || h.Created.Format(time.DateOnly) != "2024-01-01" {
		t.Errorf("history %+v", h)
	}
	shallow := filepath.Join(t.TempDir(), "clone")
	r.Git("2024-02-01T10:00:00Z", "clone", "-q", "--depth", "1", "file://"+r.Dir, shallow)
	if text := pageText(t, load(t, shallow), "/adr/0001-the-first/"); !strings.Contains(text, "shallow clone") {
		t.Error("the footer does not say that the clone is shallow")
	}
	if h := load(t, tree(t, own)).ByPath("/adr/0001-first/").History; !h.Updated.IsZero() {
		t.Errorf("history without a repository %+v", h)
	}
}

// TestCommit_dirty: what differs from the commit is said; what is not a source
// does not count, or the output of one build would change the next.
func TestCommit_dirty(t *testing.T) {
	write := func(t *testing.T, dir, name string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte("# Text\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name  string
		do    func(t *testing.T, dir string)
		dirty bool
	}{
		{"untouched", func(*testing.T, string) {}, false},
		{"a source changed", func(t *testing.T, dir string) { write(t, dir, "content/glossary.md") }, true},
		{"a new source", func(t *testing.T, dir string) { write(t, dir, "content/new.md") }, true},
		{"an untracked file beside", func(t *testing.T, dir string) { write(t, dir, "notes.txt") }, false},
		{"an output tree", func(t *testing.T, dir string) {
			if _, err := load(t, dir).Write(context.Background(), filepath.Join(dir, "public")); err != nil {
				t.Fatal(err)
			}
		}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := tree(t, own)
			gittest.New(t, dir)
			tt.do(t, dir)
			if commit := load(t, dir).Site.Commit; commit.Dirty != tt.dirty || len(commit.Hash) != 40 || commit.Time.Format(time.DateOnly) != "2024-01-01" {
				t.Errorf("commit %+v, want dirty %v", commit, tt.dirty)
			}
		})
	}
}
