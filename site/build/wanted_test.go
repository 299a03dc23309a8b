package build

import (
	"maps"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/site/verify"
)

// TestWanted: a tree has the scripts and stylesheets that its pages, or what these load,
// name, and no others.
func TestWanted(t *testing.T) {
	for _, tt := range []struct {
		name, tree string
		options    Options
		reviewed   bool
		has, not   []string
	}{
		{name: "a text", tree: "-- index.md --\n# Parcels\n",
			has: []string{"site.css", "site.js", "search.js"}, not: []string{"log.", "review.", "reload.", "stream.", "idiomorph.", "lab", "run.", "play.", "edition."}},
		{name: "decisions", tree: shownSite,
			has: []string{"log.js", "log.css"}, not: []string{"review.", "reload.", "stream.", "idiomorph."}},
		{name: "reviews", tree: shownSite, reviewed: true,
			has: []string{"log.js", "review.js", "review.css"}, not: []string{"reload.", "stream."}},
		{name: "an edition", tree: "-- index.md --\n# Parcels\n", options: Options{Edition: true},
			has: []string{"edition.css", "milestones.css"}, not: []string{"review.", "log."}},
		{name: "a laboratory", tree: "-- content/index.md --\n# Parcels\n-- content/lab.md --\n# Laboratory\n-- lockstep.yaml --\ncontent: [content]\n",
			has: []string{"lab.js", "stream.js", "idiomorph.js", "lab.css"}, not: []string{"reload.", "review.", "log."}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.name == "a laboratory" && labProgram() == nil {
				tt.has = []string{"lab.css"} // without the program it runs under serve alone
			}
			dir := tree(t, tt.tree)
			if tt.reviewed {
				d, _ := load(t, dir).Document("adr/1")
				exportApproval(t, dir, d, d.Revision)
			}
			out, _ := write(t, dir, tt.options)
			files := contents(t, out)
			maps.DeleteFunc(files, func(name, _ string) bool {
				return name == "service-worker.js" || path.Ext(name) != ".html" && path.Ext(name) != ".js" && path.Ext(name) != ".css"
			})
			for name := range files {
				if !strings.HasPrefix(name, "static/") {
					continue
				}
				loaded := false
				for other, text := range files {
					loaded = loaded || other != name && strings.Contains(text, path.Base(name))
				}
				if !loaded {
					t.Errorf("nothing loads %s", name)
				}
			}
			for _, want := range tt.has {
				if stem, ext, _ := strings.Cut(want, "."); !written(t, out, stem+".*."+ext) {
					t.Errorf("there is no %s", want)
				}
			}
			for _, not := range tt.not {
				if written(t, out, not+"*") {
					t.Errorf("there is %s", not)
				}
			}
			if findings, err := verify.Output(os.DirFS(out)); err != nil || len(findings) > 0 {
				t.Errorf("a file that a page loads is missing: %v, %v", findings, err)
			}
		})
	}
}

// written says whether a static file of a tree has a name like that.
func written(t *testing.T, out, pattern string) bool {
	t.Helper()
	for _, folder := range []string{"js", "css", "vendor", ""} {
		found, err := filepath.Glob(filepath.Join(out, "static", folder, pattern))
		if err != nil {
			t.Fatal(err)
		}
		if len(found) > 0 {
			return true
		}
	}
	return false
}
