package build

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lockstep/site"
	"lockstep/site/git/gittest"
)

const changing = `-- lockstep.yaml --
title: Site
-- docs/index.md --
# Home

Welcome.
-- docs/design.md --
# Design

One.

## Parts

The log is flushed once a second.

## Cost

Much.
-- adr/0001-first.md --
---
status: proposed
---
# First

## Context and Problem Statement

Text.
`

// newPast is a repository with days of history.
func newPast(t *testing.T, text string) *gittest.Repository {
	t.Helper()
	return gittest.New(t, tree(t, text))
}

// said is the page of changes, a line for each day and page.
func said(t *testing.T, tree *Tree) (lines []string) {
	t.Helper()
	p := tree.ByPath("/changes/")
	if p == nil {
		return nil
	}
	filled, _ := tree.Fill(p)
	for _, e := range filled.Changes.Pending {
		lines = append(lines, "pending "+e.Name+": "+strings.Join(e.Words, "; "))
	}
	for _, d := range filled.Changes.Days {
		for _, e := range d.Entries {
			lines = append(lines, d.Day.Format("01-02 ")+e.Name+": "+strings.Join(e.Words, "; "))
		}
		if len(d.New) > 0 {
			lines = append(lines, fmt.Sprintf("%s%d new", d.Day.Format("01-02 "), len(d.New)))
		}
	}
	return lines
}

// TestChanges_said: what changed is told as a reader would, a line for a page and a day,
// newest first; what no reader sees is not told.
func TestChanges_said(t *testing.T) {
	r := newPast(t, changing)
	r.Edit("docs/design.md", "once a second", "at once")
	r.Commit("2024-01-02T10:00:00Z", "flush")
	r.Edit("docs/design.md", "Much.", "Little.")
	r.Commit("2024-01-02T11:00:00Z", "cost")
	r.Edit("adr/0001-first.md", "proposed", "accepted")
	r.Commit("2024-01-03T10:00:00Z", "accept")
	r.Edit("docs/design.md", "One.\n", "One.\n\n<!-- a note to ourselves -->\n")
	r.Commit("2024-01-04T10:00:00Z", "a comment")
	r.Put("adr/0002-second.md", "---\nstatus: accepted\n---\n# Second\n\n## Context and Problem Statement\n\nMore.\n")
	r.Edit("adr/0001-first.md", "status: accepted", "status: superseded by ADR-0002")
	r.Commit("2024-01-05T10:00:00Z", "replace")
	r.Git("2024-01-06T10:00:00Z", "mv", "docs/design.md", "docs/architecture.md")
	r.Commit("2024-01-06T10:00:00Z", "rename")
	r.Put("docs/draft.md", "# Draft\n")
	r.Commit("2024-01-07T10:00:00Z", "a draft")
	r.Git("2024-01-08T10:00:00Z", "rm", "-q", "docs/draft.md")
	r.Commit("2024-01-08T10:00:00Z", "no draft")
	r.Edit("docs/index.md", "Welcome.", "Welcome, all.")
	r.Put("docs/new.md", "# Fresh\n")
	want := []string{
		"pending Home: edited", "pending Fresh: new",
		"01-08 docs/draft.md: removed",
		"01-06 Design: renamed from docs/design.md",
		"01-05 ADR-0001: First: superseded by ADR-0002", "01-05 ADR-0002: Second: new, accepted",
		"01-03 ADR-0001: First: accepted",
		`01-02 Design: text changed: “Parts”, “Cost”`,
		"01-01 ADR-0001: First: new", "01-01 Design: new", "01-01 Home: new",
	}
	got := said(t, load(t, r.Dir))
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	// The past of a renamed page goes on beyond its name.
	loaded := load(t, r.Dir)
	p := loaded.ByPath("/architecture/")
	past, _ := loaded.Fill(loaded.ByPath(p.PastPath))
	if n := len(past.Past.Changes); n != 5 {
		t.Errorf("the renamed page has %d revisions, want 5: %+v", n, past.Past.Changes)
	}
}

// TestChanges_empty: where nothing can be known nothing is claimed.
func TestChanges_empty(t *testing.T) {
	if tree := load(t, tree(t, changing)); tree.ByPath("/changes/") != nil || tree.Site.Changes != "" || tree.Changes.FeedPath() != "" {
		t.Error("without a repository there is a page of changes")
	}
	r := newPast(t, changing)
	if got := said(t, load(t, r.Dir)); len(got) != 3 || !strings.HasSuffix(got[0], ": new, proposed") {
		t.Errorf("after one commit: %q", got)
	}
	r.Edit("docs/design.md", "Much.", "Little.")
	r.Commit("2024-02-01T10:00:00Z", "cost")
	r.Edit("docs/design.md", "Little.", "None.")
	r.Commit("2024-02-02T10:00:00Z", "cost")
	dir := filepath.Join(t.TempDir(), "shallow")
	r.Git("2024-02-02T10:00:00Z", "clone", "-q", "--depth", "2", "file://"+r.Dir, dir)
	shallow := load(t, dir)
	if d := cmp.Diff([]string{"02-02 Design: text changed: “Cost”"}, said(t, shallow)); d != "" {
		t.Errorf("a shallow clone (-want +got)\n%s", d)
	}
	page := pageText(t, shallow, "/changes/")
	if !strings.Contains(page, "is shallow. What changed before 1 February 2024 is not known") {
		t.Errorf("the page does not say that the clone is shallow:\n%s", page)
	}
	if page := pageText(t, shallow, "/changes/design/"); !strings.Contains(page, "what was before is not known here") || !strings.Contains(page, "older than this clone") {
		t.Errorf("the history does not say that the clone is shallow:\n%s", page)
	}
	// A clone that was told to leave texts out says no more than it knows, and asks nobody.
	r.Git("2024-02-02T10:00:00Z", "config", "uploadpack.allowFilter", "true")
	r.Git("2024-02-02T10:00:00Z", "clone", "-q", "--filter=blob:none", "file://"+r.Dir, dir+"-partial")
	if err := os.Rename(r.Dir, r.Dir+"-away"); err != nil {
		t.Fatal(err)
	}
	if got := said(t, load(t, dir+"-partial")); !slices.Contains(got, "02-01 Design: text changed") {
		t.Errorf("a partial clone: %q", got)
	}
}

func pageText(t *testing.T, tree *Tree, path string) string {
	t.Helper()
	p := tree.ByPath(path)
	if p == nil {
		t.Fatalf("there is no page %s", path)
	}
	data, _, err := tree.Bytes(context.Background(), &tree.Site, p)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(string(data)), " ")
}

// TestChanges_limits: a build costs no more for a long history. The newest differences
// are kept, of a page and of the site, and what is left out is said.
func TestChanges_limits(t *testing.T) {
	r := newPast(t, changing)
	var script strings.Builder
	for i := range 60 {
		for _, file := range []string{"docs/design.md", "docs/index.md"} {
			text := fmt.Sprintf("# Page\n\nVersion %d of it.\n", i)
			fmt.Fprintf(&script, "commit refs/heads/main\ncommitter Ann <a@example.org> %d +0000\ndata 1\nx\n%sM 100644 inline %s\ndata %d\n%s\n",
				1710000000+i*86400, map[bool]string{true: "from refs/heads/main^0\n"}[i == 0 && file == "docs/design.md"], file, len(text), text)
		}
	}
	cmd := exec.Command("git", "-C", r.Dir, "fast-import", "--quiet")
	cmd.Stdin = strings.NewReader(script.String())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	r.Git("2024-09-01T10:00:00Z", "reset", "-q", "--hard", "main")
	count := func() (differences, lists int) {
		for _, p := range load(t, r.Dir).Changes.Pages {
			switch p.Kind {
			case site.KindDifference:
				differences++
			case site.KindPast:
				lists++
			}
		}
		return differences, lists
	}
	if d, l := count(); d != 2*keptOfPage || l != 2 {
		t.Errorf("%d differences and %d histories, want %d and 2", d, l, 2*keptOfPage)
	}
	r.Put("lockstep.yaml", "title: Site\nchanges: {page: 100, site: 15}\n")
	if d, _ := count(); d != 15 {
		t.Errorf("%d differences of the site, want 15", d)
	}
	if page := pageText(t, load(t, r.Dir), "/changes/"); !strings.Contains(page, "Older changes, from before 30 April 2024, are in the repository") {
		t.Errorf("the page does not say what is left out:\n%s", page)
	}
	r.Put("lockstep.yaml", "title: Site\nchanges: {site: 0}\n")
	if load(t, r.Dir).ByPath("/changes/") != nil {
		t.Error("there is a page of changes that nobody wants")
	}
	r.Put("lockstep.yaml", "title: Site\nchanges: {site: 1000000}\n")
	if f := load(t, r.Dir).Findings; len(f) != 1 || f[0].Rule != "config" || !strings.Contains(f[0].Message, "1000000") {
		t.Errorf("findings %+v", f)
	}
	r.Put("lockstep.yaml", "title: Site\nchanges: {pages: 1}\n")
	if f := load(t, r.Dir).Findings; len(f) != 1 || f[0].Rule != "unknown-config" || f[0].Line != 2 {
		t.Errorf("findings %+v", f)
	}
}

var linkHref = regexp.MustCompile(`href="([^"]*)"`)

// TestChanges_written: the pages are complete without a script, foreign words stay words,
// and all links between them lead somewhere.
func TestChanges_written(t *testing.T) {
	const evil = `<script>alert(1)</script>`
	r := newPast(t, changing)
	r.Edit("docs/design.md", "Much.", "Much `"+evil+"` \u202eevil.")
	r.Commit("2024-01-02T10:00:00Z", "cost "+evil+"\u202e")
	r.Edit("docs/design.md", "once a second", "at once")
	r.Commit("2024-01-03T10:00:00Z", "flush")
	r.Edit("docs/design.md", "at once", "now")
	out, result := write(t, r.Dir, Options{BaseURL: "https://example.org/x/"})
	files := contents(t, out)
	if len(result.Findings) != 1 || result.Findings[0].Rule != "robots" {
		t.Errorf("findings %v", result.Findings)
	}
	seen := 0
	for name, page := range files {
		if !strings.HasPrefix(name, "changes/") || !strings.HasSuffix(name, ".html") {
			continue
		}
		seen++
		if strings.Contains(page, evil) || strings.Contains(page, "\u202e") {
			t.Errorf("%s brings foreign markup or hides words", name)
		}
		if strings.Contains(page, " style=") || strings.Contains(page, "<style") {
			t.Errorf("%s has a style of its own", name)
		}
		for _, m := range linkHref.FindAllStringSubmatch(page, -1) {
			if to := filepath.Join(filepath.Dir(name), m[1]); !strings.Contains(m[1], ":") && !strings.HasPrefix(m[1], "#") && files[to] == "" && files[filepath.Join(to, "index.html")] == "" {
				t.Errorf("%s leads to %s, where nothing is", name, m[1])
			}
		}
	}
	if seen != 5 { // the list, one history, two differences, and one to the text as it is
		t.Errorf("%d pages of changes, want 5", seen)
	}
	latest := strings.Join(strings.Fields(files["changes/design/now/index.html"]), " ")
	if !strings.Contains(latest, "The log is flushed <del>at once</del><ins>now</ins>.") || !strings.Contains(latest, "the text as it is, which no commit has") {
		t.Errorf("the difference to the text as it is:\n%s", latest)
	}
	if page := files["design/index.html"]; !strings.Contains(page, `href="../changes/design/"`) || !strings.Contains(page, `href="../changes/"`) {
		t.Error("the page does not lead to its history and to what changed")
	}
}

// TestChanges_served: while somebody writes, the text as it is stands beside the commits,
// without git being asked again.
func TestChanges_served(t *testing.T) {
	r := newPast(t, changing)
	b, err := Open(r.Dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	before, err := b.Load()
	if err != nil {
		t.Fatal(err)
	}
	r.Edit("docs/design.md", "once a second", "at once")
	if err := os.Chtimes(filepath.Join(r.Dir, "docs/design.md"), time.Time{}, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	after, err := b.Refresh([]string{"docs/design.md"})
	if err != nil {
		t.Fatal(err)
	}
	if got := said(t, before); len(got) != 3 {
		t.Errorf("before the edit: %q", got)
	}
	if got := said(t, after); len(got) != 4 || got[0] != "pending Design: edited" {
		t.Errorf("after the edit: %q", got)
	}
	if page := pageText(t, after, "/changes/design/now/"); !strings.Contains(page, "<del>once a second</del><ins>at once</ins>") {
		t.Errorf("the difference:\n%s", page)
	}
}
