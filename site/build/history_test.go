package build

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// repository makes a git repository of a folder, and gives a way to run git in
// any folder as Ann, on 1 February 2024.
func repository(t *testing.T, dir string) (git func(dir string, args ...string)) {
	t.Helper()
	git = func(dir string, args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-C", dir}, args...)...)
		cmd.Env = append(os.Environ(), "GIT_AUTHOR_NAME=Ann", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=Ann", "GIT_COMMITTER_EMAIL=a@example.org",
			"GIT_AUTHOR_DATE=2024-02-01T10:00:00Z", "GIT_COMMITTER_DATE=2024-02-01T10:00:00Z", "GIT_CONFIG_GLOBAL=/dev/null")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	git(dir, "init", "-q", "-b", "main")
	git(dir, "add", ".")
	git(dir, "commit", "-qm", "one")
	return git
}

// TestHistory: created, updated and authors come from the log, through a rename;
// a shallow clone is said.
func TestHistory(t *testing.T) {
	dir := tree(t, own)
	git := repository(t, dir)
	git(dir, "mv", "adr/0001-first.md", "adr/0001-the \"first\".md")
	git(dir, "commit", "-qm", "two", "--author", "Bob <b@example.org>", "--date", "2024-03-01T10:00:00Z")
	h := load(t, dir).ByPath("/adr/0001-the-first/").History
	if h.Commits != 2 || h.Created.Format(time.DateOnly) != "2024-02-01" || h.Updated.Format(time.DateOnly) != "2024-03-01" || !slices.Equal(h.Authors, []string{"Ann", "Bob"}) {
		t.Errorf("history %+v", h)
	}
	// A file that takes a name which was given up begins anew.
	if err := os.WriteFile(filepath.Join(dir, "adr/0001-first.md"), []byte("# Again\n\nStatus: accepted\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	git(dir, "add", ".")
	git(dir, "commit", "-qm", "three", "--date", "2024-04-01T10:00:00Z")
	loaded := load(t, dir)
	if h := loaded.ByPath("/adr/0001-first/").History; h.Commits != 1 || h.Created.Format(time.DateOnly) != "2024-04-01" {
		t.Errorf("history of the new file %+v", h)
	}
	if h := loaded.ByPath("/adr/0001-the-first/").History; h.Commits != 2 {
		t.Errorf("history of the renamed file %+v", h)
	}

	shallow := filepath.Join(t.TempDir(), "clone")
	git(dir, "clone", "-q", "--depth", "1", "file://"+dir, shallow)
	loaded = load(t, shallow)
	if h := loaded.ByPath("/adr/0001-the-first/").History; !h.Shallow || !h.Created.IsZero() || len(h.Authors) > 0 {
		t.Errorf("history of a shallow clone %+v", h)
	}
	data, _, err := loaded.Bytes(context.Background(), &loaded.Site, loaded.ByPath("/adr/0001-the-first/"))
	if err != nil || !strings.Contains(string(data), "shallow clone") {
		t.Errorf("the footer does not say that the clone is shallow: %v", err)
	}
	if h := load(t, tree(t, own)).ByPath("/adr/0001-first/").History; !h.Updated.IsZero() {
		t.Errorf("history without a repository %+v", h)
	}
}

// TestHistory_below: a site may be a folder of a larger repository.
func TestHistory_below(t *testing.T) {
	dir := tree(t, "-- docs/site/README.md --\n# Below\n-- README.md --\n# Above\n")
	repository(t, dir)
	if h := load(t, filepath.Join(dir, "docs/site")).ByPath("/").History; h.Commits != 1 {
		t.Errorf("history %+v", h)
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
			repository(t, dir)
			tt.do(t, dir)
			if commit := load(t, dir).Site.Commit; commit.Dirty != tt.dirty || len(commit.Hash) != 40 || commit.Time.Format(time.DateOnly) != "2024-02-01" {
				t.Errorf("commit %+v, want dirty %v", commit, tt.dirty)
			}
		})
	}
}

// TestHistory_within_a_hook: git sets GIT_DIR for hooks, which must not lead us
// to another repository.
func TestHistory_within_a_hook(t *testing.T) {
	dir := tree(t, own)
	repository(t, dir)
	t.Setenv("GIT_DIR", filepath.Join(t.TempDir(), "elsewhere"))
	t.Setenv("GIT_WORK_TREE", t.TempDir())
	if h := load(t, dir).ByPath("/").History; h.Commits != 1 {
		t.Errorf("history %+v", h)
	}
}
