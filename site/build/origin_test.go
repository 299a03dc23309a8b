package build

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lockstep/site"
	"lockstep/site/git/gittest"
)

const sourced = `
-- lockstep.yaml --
title: T
content: docs
model: docs/model
-- docs/index.md --
# Home

Text.
-- docs/model/size.yaml --
title: Size
inputs:
  rooms:
    what: rooms
    value: 3
    provenance: assumed
    note: counted
`

// TestOrigin: a page leads to its source at the commit, and to where it is changed; a
// page that was made from data leads to the data; credentials of the remote stay here.
func TestOrigin(t *testing.T) {
	dir := tree(t, sourced)
	r := gittest.New(t, dir)
	footer := func(path string) string {
		built := load(t, dir)
		p := built.ByPath(path)
		if p == nil {
			t.Fatalf("no page %s: %v", path, built.Findings)
		}
		data, _, err := built.Bytes(t.Context(), &built.Site, p)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(data), "glpat") {
			t.Fatalf("%s publishes the password of the remote", path)
		}
		_, foot, _ := strings.Cut(string(data), "<footer class=\"site-footer\"")
		return foot
	}
	holds := func(path string, want ...string) {
		t.Helper()
		foot := footer(path)
		for _, w := range want {
			if absent := strings.TrimPrefix(w, "!"); strings.Contains(foot, absent) == (absent != w) {
				t.Errorf("%s: want %s in %s", path, w, foot)
			}
		}
	}
	holds("/", "<code>docs/index.md</code>", "!<a href=\"http", "!Edit")

	r.Git(gittest.Begin, "remote", "add", "origin", "https://me:glpat-secret@gitlab.example.org/g/r.git")
	commit := load(t, dir).Site.Commit.Hash
	holds("/", "https://gitlab.example.org/g/r/-/blob/"+commit+"/docs/index.md", "https://gitlab.example.org/g/r/-/edit/main/docs/index.md")
	holds("/model/size/", "/-/blob/"+commit+"/docs/model/size.yaml", "/-/edit/main/docs/model/size.yaml")

	// Where the remote's branches are known and none has the commit, no link names it.
	r.Git(gittest.Begin, "update-ref", "refs/remotes/origin/main", "HEAD")
	r.Git(gittest.Begin, "commit", "-q", "--allow-empty", "-m", "local")
	holds("/", "/-/blob/HEAD/docs/index.md")

	if err := os.WriteFile(filepath.Join(dir, "lockstep.yaml"), []byte(strings.Replace(sourced[strings.Index(sourced, "title"):strings.Index(sourced, "-- docs/index")], "title: T", "title: T\nedit: \"https://wiki.example.org/change?f={path}\"", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	holds("/", "https://wiki.example.org/change?f=docs/index.md")

	for edit, sound := range map[string]bool{"none": true, "https://x.example/{path}": true, "https://x.example/": false, "javascript:{path}": false, "https://me:pw@x.example/{path}": false} {
		built := load(t, tree(t, strings.Replace(sourced, "title: T", "title: T\nedit: \""+edit+"\"", 1)))
		if wrong := slices.ContainsFunc(built.Findings, func(f site.Finding) bool { return f.Rule == "config" }); wrong == sound {
			t.Errorf("edit: %s: %v", edit, built.Findings)
		}
	}
}
