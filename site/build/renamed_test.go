package build

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func gitIn(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=Ada", "-c", "user.email=ada@example.org"}, args...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

// reviewed says whether the page at a path shows the approval that was exported.
func reviewed(t *testing.T, dir, path string) bool {
	t.Helper()
	loaded := load(t, dir)
	p := loaded.ByPath(path)
	if p == nil {
		t.Fatalf("there is no page %s", path)
	}
	data, _, err := loaded.Bytes(t.Context(), &loaded.Site, p)
	if err != nil {
		t.Fatal(err)
	}
	d, _ := loaded.Document(strings.Trim(path, "/"))
	shown := strings.Contains(string(data), "Ada</strong>")
	if by := loaded.ReviewOf(d) != nil; by != shown {
		t.Errorf("%s: the page shows a review: %v; there is one: %v", path, shown, by)
	}
	return shown
}

// TestTree_forgotten: a tree answers for its pages while its builder reads the history
// again, as it does after each commit.
func TestTree_forgotten(t *testing.T) {
	dir := tree(t, shownSite)
	b, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := b.Load()
	if err != nil {
		t.Fatal(err)
	}
	b.Forget()
	if d, ok := loaded.Document("adr/1"); !ok || d.Revision == "" {
		t.Errorf("the page is %+v", d)
	}
	for _, p := range loaded.Pages {
		if _, _, err := loaded.Bytes(t.Context(), &loaded.Site, p); err != nil {
			t.Errorf("%s: %v", p.Path, err)
		}
	}
}

// TestReview_renamed moves a reviewed page again and again: by git, with and without a
// commit, into another folder, and by its front matter where there is no history.
func TestReview_renamed(t *testing.T) {
	dir := tree(t, shownSite)
	d, _ := load(t, dir).Document("adr/1")
	exportApproval(t, dir, d, d.Revision)
	gitIn(t, dir, "init", "-q")
	gitIn(t, dir, "add", "-A")
	gitIn(t, dir, "commit", "-q", "-m", "begin")
	if !reviewed(t, dir, "/adr/0001-first/") {
		t.Fatal("the review is not shown at all")
	}
	gitIn(t, dir, "mv", "adr/0001-first.md", "adr/0001-renamed.md")
	if !reviewed(t, dir, "/adr/0001-renamed/") {
		t.Error("renamed, without a commit: the review is lost")
	}
	gitIn(t, dir, "commit", "-q", "-m", "rename")
	if !reviewed(t, dir, "/adr/0001-renamed/") {
		t.Error("renamed: the review is lost")
	}
	gitIn(t, dir, "mv", "adr/0001-renamed.md", "adr/0009-again.md")
	gitIn(t, dir, "commit", "-q", "-m", "rename again")
	if !reviewed(t, dir, "/adr/0009-again/") {
		t.Error("renamed twice: the review is lost")
	}
	if loaded, _ := load(t, dir).Document("adr/0001-first"); loaded.Path != "/adr/0009-again/" {
		t.Errorf("its old name leads to %q", loaded.Path)
	}
	if reviewed(t, dir, "/adr/0002-second/") {
		t.Error("another page shows the review")
	}
	// Another record takes the old name: the review is its, by the name, and not the
	// renamed one's as well.
	if err := os.WriteFile(filepath.Join(dir, "adr/0001-first.md"), []byte("---\nstatus: proposed\n---\n# Another\n\nText.\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if reviewed(t, dir, "/adr/0009-again/") {
		t.Error("two pages show one review")
	}
}

func TestReview_alias(t *testing.T) {
	for _, alias := range []string{"adr/0001-first", "/adr/0001-first/", "adr/0001-first.md", "[x, adr/0001-first.md]"} {
		dir := tree(t, shownSite)
		d, _ := load(t, dir).Document("adr/1")
		exportApproval(t, dir, d, d.Revision)
		text, err := os.ReadFile(filepath.Join(dir, "adr/0001-first.md"))
		if err != nil {
			t.Fatal(err)
		}
		os.Remove(filepath.Join(dir, "adr/0001-first.md"))
		path := filepath.Join(dir, "adr/0009-again.md")
		os.WriteFile(path, text, 0o644)
		if reviewed(t, dir, "/adr/0009-again/") {
			t.Error("a page without an alias shows the review of another")
		}
		os.WriteFile(path, []byte(strings.Replace(string(text), "status:", "alias: "+alias+"\nstatus:", 1)), 0o644)
		loaded := load(t, dir)
		if !reviewed(t, dir, "/adr/0009-again/") {
			t.Errorf("alias: %s: the review is lost", alias)
		}
		// The name is no part of what was approved.
		now, _ := loaded.Document("adr/9")
		if r := loaded.ReviewOf(now); r == nil || len(r.Verdicts) != 1 || r.Verdicts[0].Stale {
			t.Errorf("alias: %s: the approval is of another text: %+v", alias, r)
		}
	}
}

// TestReview_two_names: one branch goes on with a review under the old name, another
// renames the file and begins anew. After the merge the page has both, and its blocker
// counts.
func TestReview_two_names(t *testing.T) {
	dir := tree(t, changedSite)
	exportReview(t, dir)
	gitIn(t, dir, "init", "-q")
	gitIn(t, dir, "add", "-A")
	gitIn(t, dir, "commit", "-q", "-m", "begin")
	gitIn(t, dir, "mv", "adr/0001-first.md", "adr/0001-renamed.md")
	gitIn(t, dir, "commit", "-q", "-m", "rename")
	now, _ := load(t, dir).Document("adr/1")
	anew := now
	anew.Former = nil // as whoever did not know of the other sees it
	exportApproval(t, dir, anew, now.Revision)
	loaded := load(t, dir)
	r := loaded.ReviewOf(now)
	if r == nil || r.Blockers != 1 || len(r.Threads) != 1 || len(r.Verdicts) != 1 {
		t.Fatalf("%+v", r)
	}
	found := ""
	for _, f := range loaded.Findings {
		found += f.Rule + " " + f.File + "\n"
	}
	if strings.Contains(found, "review ") {
		t.Errorf("the files of two names are no fault:\n%s", found)
	}
}

// TestPathsOf: what a file's page was called is known for records and for content, in
// folders of today and of before.
func TestPathsOf(t *testing.T) {
	b, err := Open(tree(t, shownSite), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Load(); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{
		"docs/adr/0007-slots.md":       "/adr/0007-slots/",
		"content/design/03-shards.md":  "/design/shards/",
		"docs/design/03-shards.md":     "/design/shards/",
		"docs/old/design/03-shards.md": "/design/shards/",
	} {
		if got := b.config.pathsOf(file); !strings.Contains(strings.Join(got, " ")+" ", want+" ") {
			t.Errorf("%s: %v, want %s among them", file, got, want)
		}
	}
}
