package build

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/google/go-cmp/cmp"

	"lockstep/site"
	"lockstep/site/verify"
)

// tree writes files into a folder: lines of "-- name --" begin a file, as in the
// txtar format of the Go project.
func tree(tb testing.TB, text string) string {
	tb.Helper()
	dir := tb.TempDir()
	for _, part := range strings.Split("\n"+text, "\n-- ")[1:] {
		name, body, _ := strings.Cut(part, " --\n")
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body+"\n"), 0o644); err != nil {
			tb.Fatal(err)
		}
	}
	return dir
}

func load(t *testing.T, dir string) *Tree {
	t.Helper()
	b, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := b.Load()
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

func rules(findings []site.Finding) (all []string) {
	for _, f := range findings {
		all = append(all, f.File+" "+f.Rule)
	}
	return all
}

const own = `-- lockstep.yaml --
strict: true
title: Example
content: [content]
adr: [adr]
model: [content/model]
-- content/index.md --
---
title: Home
---
See [the problem](design/01-problem.md#why), [decisions](../adr/), ADR-1 and R-2. Costs [2](model:cost).

![Cat](cat.png)
-- content/cat.png --
png
-- content/model/cost.yaml --
inputs:
  part: {what: a part, value: 1, low: 0.5, high: 2, provenance: assumed, note: a guess}
formulas:
  cost: {what: the cost, formula: part * 2}
-- content/design/01-problem.md --
## Why

Because of ADR-0001. Back [home](../index.md).
-- content/design/02-requirements.md --
| Id | What |
|---|---|
| R-1 | one |
| R-2 | two |
-- content/glossary.md --
Leader
: Decides.
-- content/sources.md --
## Somebody

A book.
-- adr/0001-first.md --
---
status: accepted
date: 2024-01-01
---
# First

## Context and Problem Statement

Text about R-1 and the leader.
`

func TestLoad_own(t *testing.T) {
	loaded := load(t, tree(t, own))
	if len(loaded.Findings) > 0 {
		t.Errorf("findings in a sound tree: %v", loaded.Findings)
	}
	for _, path := range []string{"/", "/design/", "/design/problem/", "/design/requirements/", "/adr/", "/adr/0001-first/", "/glossary/", "/model/"} {
		if loaded.ByPath(path) == nil {
			t.Errorf("no page %s", path)
		}
	}
	record := loaded.ByPath("/adr/0001-first/")
	var from []string
	for _, b := range record.Backlinks {
		from = append(from, b.From.Path+"#"+b.Anchor)
	}
	if diff := cmp.Diff([]string{"/#", "/design/problem/#why"}, from); diff != "" {
		t.Errorf("what refers to the decision (-want +got):\n%s", diff)
	}
	data, _, err := loaded.Bytes(context.Background(), &loaded.Site, loaded.ByPath("/"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`href="design/problem/#why"`, `href="adr/0001-first/"`, `href="design/requirements/#r-2"`, `src="files/content/cat.png"`, `href="model/cost/#cost"`} {
		if !strings.Contains(string(data), want) {
			t.Errorf("the home page lacks %s", want)
		}
	}
}

// TestLoad_findings: each fault is found where it is, and hides nothing else.
func TestLoad_findings(t *testing.T) {
	for _, tt := range []struct{ name, from, to, want string }{
		{"dead link", "01-problem.md#why", "03-problem.md#why", "content/index.md dead-link"},
		{"dead anchor", "#why", "#how", "content/index.md dead-anchor"},
		{"unknown reference", "R-2. Costs", "R-3. Costs", "content/index.md unknown-reference"},
		{"wrong number", "[2](model:cost)", "[3](model:cost)", "content/index.md wrong-number"},
		{"unknown number", "(model:cost)", "(model:price)", "content/index.md unknown-number"},
		{"missing status", "status: accepted\n", "", "adr/0001-first.md missing-status"},
		{"unknown key", "title: Home", "titel: Home", "content/index.md unknown-front-matter"},
		{"unknown config", "title: Example", "titel: Example", "lockstep.yaml unknown-config"},
		{"unknown source", "provenance: assumed, note: a guess", "provenance: cited, source: nobody, note: a guess", "content/model/cost.yaml unknown-source"},
		{"missing folder", "adr: [adr]", "adr: [adrs]", "lockstep.yaml config"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(own, tt.from, tt.to, 1)
			if text == own {
				t.Fatal("the case changes nothing")
			}
			loaded := load(t, tree(t, text))
			if !slices.Contains(rules(loaded.Findings), tt.want) {
				t.Errorf("findings %v, want %q", loaded.Findings, tt.want)
			}
			if loaded.ByPath("/design/requirements/") == nil {
				t.Error("one bad document hides another")
			}
		})
	}
}

// TestDiscover: other teams' repositories, as they are.
func TestDiscover(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		paths      []string
		statuses   string
	}{
		{"adr-tools", "-- README.md --\n# Tool\n\nSee [decisions](doc/adr/0001-record-architecture-decisions.md) and [code](main.go).\n-- main.go --\npackage main\n-- doc/adr/0001-record-architecture-decisions.md --\n# 1. Record architecture decisions\n\nDate: 2016-02-12\n\n## Status\n\nAccepted\n\n## Context\n\nText.\n-- doc/adr/0002-use-shell.md --\n# 2. Use shell\n\nDate: 2016-02-13\n\n## Status\n\nSuperseded by [3. Use Go](0003-use-go.md)\n\n## Decision\n\nText.\n-- doc/adr/0003-use-go.md --\n# 3. Use Go\n\nDate: 2016-02-14\n\n## Status\n\nAccepted\n\nSupersedes [2. Use shell](0002-use-shell.md)\n\n## Decision\n\nText.\n",
			[]string{"/", "/adr/", "/adr/0001-record-architecture-decisions/", "/adr/0003-use-go/"}, "accepted superseded accepted"},
		{"MADR with index and template", "-- README.md --\n# App\n-- docs/index.md --\n# Documents\n-- docs/guide/setup.md --\n# Set up\n\n[decisions](../decisions/README.md)\n-- docs/decisions/README.md --\n# Our decisions\n\nWe keep them here: [one](0000-use-madr.md).\n-- docs/decisions/adr-template.md --\n---\nstatus: \"{proposed | accepted}\"\n---\n# {title}\n-- docs/decisions/0000-use-madr.md --\n---\nstatus: accepted\nparent: Decisions\nnav_order: 0\n---\n# Use MADR\n\n## Context and Problem Statement\n\nText.\n",
			[]string{"/", "/adr/", "/adr/0000-use-madr/", "/guide/setup/", "/docs/"}, "accepted"},
		{"dates in an unusual place", "-- README.md --\n# Lib\n-- backend/notes/adr/20230101-use-sql.md --\n# Use SQL\n\n- Status: accepted\n\n## Context\n\nText.\n-- backend/notes/adr/20230102-use-nosql.md --\n# Use NoSQL\n\n- Status: rejected\n\n## Context\n\nText.\n",
			[]string{"/", "/adr/", "/adr/20230101-use-sql/"}, "accepted rejected"},
		{"decisions alone", "-- adr/0001-a.md --\n# A\n\nStatus: proposed\n", []string{"/", "/adr/", "/adr/0001-a/"}, "proposed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			loaded := load(t, tree(t, tt.text))
			if len(loaded.Findings) > 0 {
				t.Errorf("findings: %v", loaded.Findings)
			}
			for _, path := range tt.paths {
				if loaded.ByPath(path) == nil {
					t.Errorf("no page %s", path)
				}
			}
			var statuses []string
			for _, p := range loaded.Log().Decisions {
				statuses = append(statuses, string(p.Decision.Status))
			}
			if got := strings.Join(statuses, " "); got != tt.statuses {
				t.Errorf("statuses %q, want %q", got, tt.statuses)
			}
		})
	}
}

func TestLoad_nothing_to_build(t *testing.T) {
	b, err := Open(tree(t, "-- main.go --\npackage main\n"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Load(); err == nil || !strings.Contains(err.Error(), "no Markdown") {
		t.Errorf("error %v", err)
	}
}

func write(t *testing.T, dir string, options Options) (out string, result Result) {
	t.Helper()
	b, err := Open(dir, options)
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := b.Load()
	if err != nil {
		t.Fatal(err)
	}
	out = filepath.Join(t.TempDir(), "public")
	if result, err = loaded.Write(context.Background(), out); err != nil {
		t.Fatal(err)
	}
	return out, result
}

func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := make(map[string]string)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		all[rel] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestWrite_twice_is_the_same: to the byte, whatever the number of processors.
func TestWrite_twice_is_the_same(t *testing.T) {
	dir := tree(t, own)
	first, _ := write(t, dir, Options{BaseURL: "https://example.org/x/"})
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	second, _ := write(t, dir, Options{BaseURL: "https://example.org/x/"})
	a, b := contents(t, first), contents(t, second)
	if len(a) != len(b) || len(a) < 30 {
		t.Errorf("%d and %d files", len(a), len(b))
	}
	for name := range a {
		if a[name] != b[name] {
			t.Errorf("%s differs", name)
		}
	}
}

// TestWrite_below_a_path: the tree is served below a prefix, and every link
// within it is followed.
func TestWrite_below_a_path(t *testing.T) {
	out, _ := write(t, tree(t, own), Options{})
	findings, err := verify.Output(os.DirFS(out))
	if err != nil || len(findings) > 0 {
		t.Errorf("%v, %v", findings, err)
	}
	server := httptest.NewServer(http.StripPrefix("/some/where", http.FileServer(http.Dir(out))))
	defer server.Close()
	for _, path := range []string{"/", "/adr/", "/adr/1/", "/adr/0001/", "/design/problem/", "/adr/feed.xml", "/files/content/cat.png"} {
		resp, err := http.Get(server.URL + "/some/where" + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", path, resp.Status)
		}
	}
}

func TestWrite_compressed_copies(t *testing.T) {
	out, _ := write(t, tree(t, own), Options{})
	files := contents(t, out)
	copies := 0
	for name, plain := range files {
		packed, ok := files[name+".br"]
		if !ok {
			continue
		}
		copies++
		var buf bytes.Buffer
		if _, err := buf.ReadFrom(brotli.NewReader(strings.NewReader(packed))); err != nil || buf.String() != plain {
			t.Errorf("%s.br is not a copy: %v", name, err)
		}
		if len(packed) >= len(plain) {
			t.Errorf("%s.br is not smaller", name)
		}
	}
	if copies < 10 {
		t.Errorf("%d compressed copies", copies)
	}

	judged := filepath.Join(t.TempDir(), "out")
	if _, err := load(t, tree(t, own)).WriteToJudge(t.Context(), judged); err != nil {
		t.Fatal(err)
	}
	maps.DeleteFunc(files, func(name, _ string) bool { return strings.HasSuffix(name, ".br") || strings.HasSuffix(name, ".gz") })
	if got, want := slices.Sorted(maps.Keys(contents(t, judged))), slices.Sorted(maps.Keys(files)); !slices.Equal(got, want) {
		t.Errorf("what is judged is %v, not %v", got, want)
	}
}

// TestWrite_keeps_what_is_not_ours: a folder with something else in it is not
// replaced, and a build that is interrupted leaves the old tree.
func TestWrite_keeps_what_is_not_ours(t *testing.T) {
	loaded := load(t, tree(t, own))
	precious := filepath.Join(t.TempDir(), "precious")
	if err := os.MkdirAll(precious, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(precious, "thesis.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := loaded.Write(context.Background(), precious); !errors.Is(err, ErrNotOurs) {
		t.Errorf("error %v, want ErrNotOurs", err)
	}
	if _, err := os.Stat(filepath.Join(precious, "thesis.txt")); err != nil {
		t.Error(err)
	}
	out := filepath.Join(t.TempDir(), "public")
	if _, err := loaded.Write(context.Background(), out); err != nil {
		t.Fatal(err)
	}
	before := contents(t, out)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := loaded.Write(ctx, out); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want Canceled", err)
	}
	if diff := cmp.Diff(before, contents(t, out)); diff != "" {
		t.Error("an interrupted build changed the output")
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(out), ".public-*")); len(left) > 0 {
		t.Errorf("an interrupted build leaves %v", left)
	}
}

// TestRefresh: what is read again after an edit is what a fresh look gives.
func TestRefresh(t *testing.T) {
	dir := tree(t, own)
	b, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Load(); err != nil {
		t.Fatal(err)
	}
	var current *Tree
	file := "content/design/01-problem.md"
	for _, edit := range []string{"## Why\n\nOther prose. Because of ADR-0001. Back [home](../index.md).", "## Why\n\n## How\n\nA new heading.", "# A title\n\n## Why\n"} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(edit), 0o644); err != nil {
			t.Fatal(err)
		}
		if current, err = b.Refresh([]string{file}); err != nil {
			t.Fatal(err)
		}
		fresh := load(t, dir)
		for _, p := range fresh.Pages {
			want, _, _ := fresh.Bytes(context.Background(), &fresh.Site, p)
			got, _, _ := current.Bytes(context.Background(), &current.Site, current.ByPath(p.Path))
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("%s after %q (-fresh +refreshed):\n%s", p.Path, edit, diff)
			}
		}
	}
	if err := os.Remove(filepath.Join(dir, file)); err != nil {
		t.Fatal(err)
	}
	if current, err = b.Refresh([]string{file}); err != nil || current.ByPath("/design/problem/") != nil {
		t.Errorf("a removed source still has its page: %v", err)
	}
}
