package build

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site"
)

const theirs = `-- README.md --
# Home

<div align="center"><b>Bold</b> <img src="docs/x.png" alt="X"></div>

<table><tr><td>A</td></tr></table>
-- docs/x.png --
png
-- docs/guide.md --
---
sidebar_position: 3
kind: tutorial
---
# Guide

## Same

## Same

[gone](nowhere.md)
-- docs/sources.md --
# Sources
-- packages/web/README.md --
# Web
-- docs/decisions/0001-a.md --
# A

Nobody wrote down its status.
`

// TestConfig_only_adds: with a configuration that says nothing of texts, pages and
// findings are those of the repository without one.
func TestConfig_only_adds(t *testing.T) {
	pages := func(t *testing.T, config string) (all, findings []string) {
		loaded := load(t, tree(t, theirs+config))
		for _, p := range loaded.Pages {
			all = append(all, p.Path+" "+string(p.Kind)+" "+p.Source)
		}
		return all, rules(loaded.Findings)
	}
	bare, bareFindings := pages(t, "")
	if !slices.Contains(bare, "/packages/web/ document packages/web/README.md") || !slices.Equal(bareFindings, []string{"docs/decisions/0001-a.md missing-status", "docs/guide.md dead-link"}) {
		t.Fatalf("without one: %v, %v", bare, bareFindings)
	}
	for _, config := range []string{"title: T\n", "title: T\nrepository: https://github.com/o/r\n", "home: README.md\ncontent: [docs, .]\nadr: docs/decisions\n", "claims: {}\n"} {
		got, findings := pages(t, "-- lockstep.yaml --\n"+config)
		if diff := cmp.Diff(bare, got); diff != "" {
			t.Errorf("%q: pages (-without +with):\n%s", config, diff)
		}
		if diff := cmp.Diff(bareFindings, findings); diff != "" {
			t.Errorf("%q: findings (-without +with):\n%s", config, diff)
		}
	}
	if _, findings := pages(t, "-- lockstep.yaml --\nstrict: true\n"); len(findings) <= len(bareFindings) {
		t.Errorf("strict finds no more: %v", findings)
	}
	got, findings := pages(t, "-- lockstep.yaml --\ncontent: .\n")
	if want := "/docs/guide/ document docs/guide.md"; !slices.Contains(got, want) || len(findings) != 2 {
		t.Errorf("the whole repository as content: %v, %v", got, findings)
	}
}

// TestRules: a rule is switched off by its name, and what a switch leaves out is
// counted.
func TestRules(t *testing.T) {
	loaded := load(t, tree(t, theirs+"-- lockstep.yaml --\nrules: {dead-link: off, dead-anchro: off, missing-status: maybe}\n"))
	if got := rules(loaded.Findings); !slices.Equal(got, []string{"docs/decisions/0001-a.md missing-status", "lockstep.yaml config", "lockstep.yaml config"}) {
		t.Errorf("findings %v", got)
	}
	misspelt := func(f site.Finding) bool {
		return f.Message == `rules: there is no rule "dead-anchro"` && f.Mend == `did you mean "dead-anchor"?`
	}
	if !slices.ContainsFunc(loaded.Findings, misspelt) {
		t.Errorf("nothing says that a rule is misspelt: %v", loaded.Findings)
	}
	if diff := cmp.Diff(map[string]int{"dead-link": 1, "dead-anchro": 0}, loaded.OffRules()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, p := range loaded.Pages {
		if slices.ContainsFunc(p.Findings, func(f site.Finding) bool { return f.Rule == "dead-link" }) {
			t.Errorf("%s still has it", p.Path)
		}
	}
}

// TestBaseline: what is known does not fail, wherever its line has moved to; what is
// new does, the same sentence a second time too.
func TestBaseline(t *testing.T) {
	dir := tree(t, theirs)
	loaded := load(t, dir)
	if fresh, known, gone := loaded.Fresh(loaded.Findings); len(fresh) != 2 || known+gone != 0 {
		t.Fatalf("without one: %v", fresh)
	}
	if err := loaded.WriteBaseline(loaded.Findings); err != nil {
		t.Fatal(err)
	}
	text := strings.Split(theirs, "-- docs/guide.md --\n")[1]
	text, _, _ = strings.Cut(text, "-- docs/sources.md")
	put(t, dir, "docs/guide.md", strings.Replace(text, "# Guide\n", "# Guide\n\nMore text.\n", 1))
	loaded = load(t, dir)
	if fresh, known, gone := loaded.Fresh(loaded.Findings); len(fresh) != 0 || known != 2 || gone != 0 {
		t.Errorf("known: %v, %d, %d", fresh, known, gone)
	}
	put(t, dir, "docs/guide.md", text+"\n[gone](nowhere.md) [other](there.md)\n")
	loaded = load(t, dir)
	if fresh, known, _ := loaded.Fresh(loaded.Findings); len(fresh) != 2 || known != 2 {
		t.Errorf("new: %v, %d", fresh, known)
	}
	put(t, dir, "docs/guide.md", "# Guide\n")
	loaded = load(t, dir)
	if fresh, known, gone := loaded.Fresh(loaded.Findings); len(fresh) != 0 || known != 1 || gone != 1 {
		t.Errorf("mended: %v, %d, %d", fresh, known, gone)
	}
	put(t, dir, BaselineName, "{")
	if fresh, _, _ := loaded.Fresh(loaded.Findings); len(fresh) != 2 || fresh[1].File != BaselineName {
		t.Errorf("a broken file: %v", fresh)
	}
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
