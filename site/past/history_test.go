package past

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"lockstep/site/git/gittest"
)

const day2, day3 = "2024-03-01T10:00:00Z", "2024-04-01T10:00:00Z"

func newRepository(t *testing.T, files ...string) *gittest.Repository {
	t.Helper()
	r := gittest.New(t, t.TempDir())
	for _, file := range files {
		r.Put(file, "# "+file+"\n\nA text that is long enough for git to know it again.\n")
	}
	r.Commit(gittest.Begin, "texts")
	return r
}

// TestRead: created, updated and authors come from the log, through a rename; a shallow
// clone is said.
func TestRead(t *testing.T) {
	r := newRepository(t, "adr/0001-first.md")
	r.Git(day2, "mv", "adr/0001-first.md", "adr/0001-the \"first\".md")
	r.Git(day2, "commit", "-qm", "two", "--author", "Bob <b@example.org>")
	h := Read(r.Dir).Files[`adr/0001-the "first".md`]
	if h.Commits != 2 || h.Created.Format(time.DateOnly) != "2024-01-01" || h.Updated.Format(time.DateOnly) != "2024-03-01" || !slices.Equal(h.Authors, []string{"Ann", "Bob"}) {
		t.Errorf("history %+v", h)
	}
	// A file that takes a name which was given up begins anew.
	r.Put("adr/0001-first.md", "# Again\n\nStatus: accepted\n")
	r.Commit(day3, "three")
	all := Read(r.Dir)
	if h := all.Files["adr/0001-first.md"]; h.Commits != 1 || h.Created.Format(time.DateOnly) != "2024-04-01" {
		t.Errorf("history of the new file %+v", h)
	}
	if h := all.Files[`adr/0001-the "first".md`]; h.Commits != 2 {
		t.Errorf("history of the renamed file %+v", h)
	}

	shallow := filepath.Join(t.TempDir(), "clone")
	r.Git(day3, "clone", "-q", "--depth", "1", "file://"+r.Dir, shallow)
	all = Read(shallow)
	if h := all.Files[`adr/0001-the "first".md`]; !all.Shallow || !h.Shallow || !h.Created.IsZero() || len(h.Authors) > 0 {
		t.Errorf("history of a shallow clone %+v", h)
	}
	if h := Read(t.TempDir()); h.Known || len(h.Files) > 0 {
		t.Errorf("history without a repository %+v", h)
	}
}

// TestRead_below: a site may be a folder of a larger repository.
func TestRead_below(t *testing.T) {
	r := newRepository(t, "docs/site/README.md", "README.md")
	h := Read(filepath.Join(r.Dir, "docs/site"))
	if len(h.Files) != 1 || h.Files["README.md"].Commits != 1 || len(h.Of["README.md"]) != 1 {
		t.Errorf("history %+v", h)
	}
}

// TestRead_within_a_hook: git sets GIT_DIR for hooks, which must not lead us
// to another repository.
func TestRead_within_a_hook(t *testing.T) {
	r := newRepository(t, "README.md")
	t.Setenv("GIT_DIR", filepath.Join(t.TempDir(), "elsewhere"))
	t.Setenv("GIT_WORK_TREE", t.TempDir())
	if h := Read(r.Dir).Files["README.md"]; h.Commits != 1 {
		t.Errorf("history %+v", h)
	}
}

// TestRead_landed: what a branch brings has come with its merge, since no reader has
// seen it before.
func TestRead_landed(t *testing.T) {
	r := newRepository(t, "design.md", "index.md")
	r.Git("2024-01-02T10:00:00Z", "switch", "-q", "-c", "work")
	r.Edit("design.md", "long", "quite long")
	r.Commit("2024-01-02T10:00:00Z", "cost")
	r.Git("2024-01-03T10:00:00Z", "switch", "-q", "main")
	r.Edit("index.md", "long", "very long")
	r.Commit("2024-01-03T10:00:00Z", "welcome")
	r.Git("2024-01-04T10:00:00Z", "merge", "-q", "--no-ff", "-m", "merge", "work")
	var got []string
	for _, revision := range Read(r.Dir).Recent[:2] {
		got = append(got, revision.At.Format("01-02 ")+revision.File)
	}
	if want := []string{"01-04 design.md", "01-03 index.md"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q first", got, want)
	}
}

// TestRead_edited: what differs from the commit is said, and so is a rename that no
// commit has.
func TestRead_edited(t *testing.T) {
	r := newRepository(t, "a.md", "b.md")
	if h := Read(r.Dir); h.Commit.Dirty || len(h.Edited) > 0 {
		t.Errorf("nothing is edited: %+v", h)
	}
	r.Edit("a.md", "long", "short")
	r.Git(day2, "mv", "b.md", "c.md")
	if err := os.WriteFile(filepath.Join(r.Dir, "new.md"), []byte("# New\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	h := Read(r.Dir)
	if !h.Commit.Dirty || !h.Edited["a.md"] || !h.Edited["c.md"] || h.Edited["new.md"] || !slices.Equal(h.Was["c.md"], []string{"b.md"}) {
		t.Errorf("edited %v, names before %v", h.Edited, h.Was)
	}
}
