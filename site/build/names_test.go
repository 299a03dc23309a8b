package build

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site/git/gittest"
)

const naming = `-- lockstep.yaml --
title: Example
repository: https://github.com/example/it
content: [content]
adr: [adr]
beside: [README.md]
code: [node]
names:
  - kind: test
    from: go-tests
  - kind: command
    from: go-commands
  - kind: path
    from: paths
  - kind: route
    span: '(?:[A-Z]+ )?/v1/[a-z{}/]+'
    files: ["node/*.go"]
    define: ['"([A-Z]+) (/v1/[^"]*)"']
  - kind: metric
    span: 'it_[a-z_]+'
    files: ["node/*.go"]
    define: ['"(it_[a-z_]+)"']
  - kind: fault
    span: '[a-z]+-[a-z]+'
    files: ["node/faults.txt"]
    define: ['^([a-z-]+)$']
strict: true
-- README.md --
# Example

Begin with ` + "`it run`" + `, proven by TestNode_stops.

` + "```sh\nit run --host x\ncurl http://NODE/v1/things\n```" + `
-- content/index.md --
# Home

` + "`TestNode_stops`, `it run`, `--host`, `POST /v1/things`, `it_bytes_total`, `torn-tail`, `node/node.go`, `adr/0001-first.md` and `other words`." + `
-- adr/0001-first.md --
---
status: accepted
date: 2026-01-02
---
# First
-- node/node.go --
// Package node is as ADR-0001 has it.
package node

var routes = []string{"POST /v1/things"}

const metric = "it_bytes_total"
-- node/node_test.go --
package node

// TestNode_stops: see ADR-0001.
func TestNode_stops() {}
-- node/faults.txt --
torn-tail
-- cmd/it/main.go --
package main

func root() *cobra.Command {
	root := &cobra.Command{Use: "it"}
	run := &cobra.Command{Use: "run"}
	run.Flags().String("host", "", "where")
	root.AddCommand(run)
	return root
}
`

// TestNames: each kind of name that the code does not have is an error at its line, with
// what may have been meant, in a page and in a text beside the site.
func TestNames(t *testing.T) {
	sound := load(t, tree(t, naming))
	if len(sound.Findings) > 0 {
		t.Fatalf("the sound tree has findings: %v", sound.Findings)
	}
	if got := sound.Counts(); !slices.Contains(got, Count{12, "names in code"}) {
		t.Errorf("the counts are %v", got)
	}
	for _, tt := range []struct{ file, old, new, want string }{
		{"content/index.md", "`TestNode_stops`", "`TestNode_stop`", "content/index.md:3: the code has no test TestNode_stop [unknown-name]\n\tmend: did you mean TestNode_stops?"},
		{"content/index.md", "`it run`", "`it rum`", "content/index.md:3: it has no verb rum [unknown-name]\n\tmend: did you mean it run?"},
		{"content/index.md", "`--host`", "`--hots`", "content/index.md:3: no program of the code has the flag --hots [unknown-name]\n\tmend: did you mean --host?"},
		{"content/index.md", "POST /v1/things", "GET /v1/things", "content/index.md:3: the code has no route GET /v1/things [unknown-name]\n\tmend: did you mean POST /v1/things?"},
		{"content/index.md", "it_bytes_total", "it_byte_total", "content/index.md:3: the code has no metric it_byte_total [unknown-name]\n\tmend: did you mean it_bytes_total?"},
		{"content/index.md", "torn-tail", "torn-tial", "content/index.md:3: the code has no fault torn-tial [unknown-name]\n\tmend: did you mean torn-tail?"},
		{"content/index.md", "node/node.go", "node/read.go", "content/index.md:3: there is no path node/read.go in the repository [unknown-name]\n\tmend: correct the path; node has no read.go"},
		{"README.md", "`it run`", "`it rum`", "README.md:3: it has no verb rum [unknown-name]\n\tmend: did you mean it run?"},
		{"README.md", "by TestNode_stops", "by TestNode_stop", "README.md:3: the code has no test TestNode_stop [unknown-name]\n\tmend: did you mean TestNode_stops?"},
		{"README.md", "it run --host", "it run --hots", "README.md:6: it run has no flag --hots [unknown-name]\n\tmend: did you mean --host?"},
		{"README.md", "NODE/v1/things", "NODE/v1/thing", "README.md:7: the code has no route /v1/thing [unknown-name]\n\tmend: did you mean /v1/things?"},
		{"node/node_test.go", "func TestNode_stops", "func TestNode_halts", "the code has no test TestNode_stops"},
		{"cmd/it/main.go", `"host"`, `"peer"`, "it run has no flag --host"},
		{"node/faults.txt", "torn-tail", "9", `lockstep.yaml:22: names: no file defines a fault [config]` + "\n\tmend: correct files or define of this kind, or remove it"},
		{"lockstep.yaml", "from: paths", "from: path", `lockstep.yaml:12: names: the kind "path" is read from "path" [config]` + "\n\tmend: write go-tests, go-commands, paths, or leave it out and give span, files and define"},
		{"lockstep.yaml", "    define: ['\"([A-Z]+)", "    defines: ['\"([A-Z]+)", `lockstep.yaml:17: names: the key "defines" has no meaning here [unknown-config]` + "\n\tmend: the keys are kind, from, span,"},
		{"lockstep.yaml", "beside: [README.md]", "beside: [README.md, GONE.md]", `lockstep.yaml: beside names "GONE.md", which does not exist`},
	} {
		dir := tree(t, naming)
		edit(t, dir, tt.file, tt.old, tt.new)
		var got []string
		for _, f := range load(t, dir).Findings {
			got = append(got, f.String())
		}
		if !strings.Contains(strings.Join(got, "\n"), tt.want) {
			t.Errorf("%s, %q for %q:\n%s\nwant %s", tt.file, tt.new, tt.old, strings.Join(got, "\n"), tt.want)
		}
	}
}

// TestNames_ignored: what programs write and git ignores may be there or not; what git
// does not ignore is looked for beside it.
func TestNames_ignored(t *testing.T) {
	r := gittest.New(t, tree(t, naming))
	edit(t, r.Dir, "content/index.md", "`node/node.go`", "`var/cluster/cluster.json` and `node/var/gone.json`")
	write := func(name, text string) {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(r.Dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(r.Dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(".gitignore", "/var/\n")
	for _, there := range []string{"nothing", "var/lab/node.json"} {
		write(there, "")
		var got []string
		for _, f := range load(t, r.Dir).Findings {
			got = append(got, f.Message)
		}
		if want := []string{"there is no path node/var/gone.json in the repository"}; !slices.Equal(got, want) {
			t.Errorf("with %s: %q, want %q", there, got, want)
		}
	}
}

// TestNames_links: a name leads to the line that defines it, a page to itself, and a
// record lists the code that names it.
func TestNames_links(t *testing.T) {
	dir := tree(t, naming)
	loaded := load(t, dir)
	filled, _ := loaded.Fill(loaded.ByPath("/"))
	for _, want := range []string{
		`href="https://github.com/example/it/blob/HEAD/node/node_test.go#L4" title="node/node_test.go:4"><code>TestNode_stops</code></a>`,
		`href="https://github.com/example/it/blob/HEAD/node/node.go" title="node/node.go"><code>node/node.go</code></a>`,
		`<a class="name" href="adr/0001-first/" title="First"><code>adr/0001-first.md</code></a>`,
		`<code>other words</code>`,
	} {
		if !strings.Contains(string(filled.Body), want) {
			t.Errorf("the page lacks %s:\n%s", want, filled.Body)
		}
	}
	var got []string
	for _, m := range loaded.Log().Decisions[0].Code {
		got = append(got, m.Href+" "+m.Text)
	}
	want := []string{"https://github.com/example/it/blob/HEAD/node/node.go#L1 Package node is as ADR-0001 has it.",
		"https://github.com/example/it/blob/HEAD/node/node_test.go#L3 TestNode_stops: see ADR-0001."}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	edit(t, dir, "lockstep.yaml", "repository: https://github.com/example/it\n", "")
	loaded = load(t, dir)
	filled, _ = loaded.Fill(loaded.ByPath("/"))
	if want := `<code title="node/node_test.go:4">TestNode_stops</code>`; !strings.Contains(string(filled.Body), want) {
		t.Errorf("without an address of the sources the page lacks %s:\n%s", want, filled.Body)
	}
}

// TestNames_refresh: an edit of the code judges the texts anew without reading anything
// else, and one that changes no name leaves the tree as it is.
func TestNames_refresh(t *testing.T) {
	dir := tree(t, naming)
	b, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	before, err := b.Load()
	if err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]bool{"node/node_test.go": true, "node/new.go": true, "node/node.go": true, "cmd/it/main.go": true, "node/x.png": false, "node/testdata/a.go": false} {
		if b.Concerns(file) != want {
			t.Errorf("Concerns(%s) is %v", file, !want)
		}
	}
	if folders := b.Folders(); !slices.Contains(folders, "node") || !slices.Contains(folders, "cmd/it") {
		t.Errorf("the folders are %v", folders)
	}
	refresh := func(file string) *Tree {
		t.Helper()
		// A file that nobody says has changed must not be looked at.
		now := b.refresh([]string{file})
		if now == nil {
			t.Fatalf("after an edit of %s all is read again", file)
		}
		return now
	}
	edit(t, dir, "node/node_test.go", "{}", "{ stop() }")
	if refresh("node/node_test.go") != before {
		t.Error("an edit that changes no name makes another tree")
	}
	edit(t, dir, "node/node_test.go", "func TestNode_stops", "func TestNode_halts")
	if got := rules(refresh("node/node_test.go").Findings); !slices.Equal(got, []string{"README.md unknown-name", "content/index.md unknown-name"}) {
		t.Errorf("after the test has another name: %v", got)
	}
	edit(t, dir, "node/node_test.go", "func TestNode_halts", "func TestNode_stops")
	if got := refresh("node/node_test.go").Findings; len(got) > 0 {
		t.Errorf("after the test has its name again: %v", got)
	}
	if err := os.Remove(filepath.Join(dir, "node", "node.go")); err != nil {
		t.Fatal(err)
	}
	if got := rules(refresh("node/node.go").Findings); !slices.Contains(got, "content/index.md unknown-name") {
		t.Errorf("after a file is gone: %v", got)
	}
}

// TestNames_silent: a repository that does not say what is a name is not looked through.
func TestNames_silent(t *testing.T) {
	dir := tree(t, naming)
	edit(t, dir, "content/index.md", "`TestNode_stops`", "`TestNode_stop`")
	if err := os.Remove(filepath.Join(dir, "lockstep.yaml")); err != nil {
		t.Fatal(err)
	}
	b, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := b.Load()
	if err != nil {
		t.Fatal(err)
	}
	if b.index != nil || slices.ContainsFunc(rules(loaded.Findings), func(rule string) bool { return strings.Contains(rule, "unknown-name") }) {
		t.Errorf("findings %v", loaded.Findings)
	}
}
