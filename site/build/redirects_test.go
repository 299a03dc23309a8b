package build

import (
	"fmt"
	"strings"
	"testing"

	"lockstep/site"
)

// aliased is a site whose page docs/design/new.md has aliases.
func aliased(aliases string) string {
	return strings.Replace(`
-- lockstep.yaml --
title: T
content: docs
adr: adr
strict: true
url: https://example.org/below/
-- docs/index.md --
# Home

Text.
-- docs/design/new.md --
---
aliases: ALIASES
---
# New

Text of it.
-- docs/design/two.md --
---
aliases: [/taken/]
---
# Two

Text of two.
-- adr/0001-first.md --
---
status: accepted
date: 2026-01-01
---
# First

## Context

Text.

## Decision

Text.

## Consequences

Text.
`, "ALIASES", aliases, 1)
}

// TestRedirects_aliases: an alias leads to its page, in the tree, in the file for hosts
// that read one, and with the page's address below a base.
func TestRedirects_aliases(t *testing.T) {
	out, _ := write(t, tree(t, aliased(`[/design/old/, "docs/design/older name.md", old/page.html, bare]`)), Options{})
	files := contents(t, out)
	for name, to := range map[string]string{
		"design/old/index.html":        "../new/",
		"design/older-name/index.html": "../new/",
		"old/page.html":                "../design/new/",
		"bare/index.html":              "../design/new/",
		"adr/1/index.html":             "../0001-first/",
	} {
		if want := `content="0; url=` + to + `"`; !strings.Contains(files[name], want) {
			t.Errorf("%s lacks %s:\n%s", name, want, files[name])
		}
	}
	for _, line := range []string{"/below/design/old /below/design/new/ 301\n", "/below/old/page.html /below/design/new/ 301\n"} {
		if !strings.Contains(files["_redirects"], line) {
			t.Errorf("_redirects lacks %q:\n%s", line, files["_redirects"])
		}
	}
	if want := `rel="canonical" href="https://example.org/below/design/new/"`; !strings.Contains(files["old/page.html"], want) {
		t.Errorf("a redirect lacks %s", want)
	}
}

// TestRedirects_unfit: an alias that is taken, or that cannot be an address, is a
// finding that names both sides, and nothing of the site is in its place.
func TestRedirects_unfit(t *testing.T) {
	for alias, want := range map[string]string{
		"/design/two/":                 "docs/design/two.md",
		"/Design/TWO":                  "docs/design/two.md",
		"/adr/1/":                      "adr/0001-first.md",
		"/static/x/":                   "keeps for itself",
		"https://example.com/x/":       "another host",
		"//example.com/x/":             "another host",
		"../../etc/passwd?x":           "? #",
		"/_redirects":                  "begins with _",
		"/":                            "the root",
		"/robots.txt/x/":               "cannot be a part",
		"/a.html/b/":                   "cannot be a part",
		"/" + strings.Repeat("a", 300): "cannot be a part",
		"/taken/":                      "docs/design/new.md",
	} {
		built := load(t, tree(t, aliased(fmt.Sprintf("[%q]", alias))))
		found := site.Finding{}
		for _, f := range built.Findings {
			if f.Rule == "alias" {
				found = f
			}
		}
		if !strings.Contains(found.Message, want) || !strings.HasPrefix(found.File, "docs/design/") {
			t.Errorf("%s: %v, want one that says %q", alias, built.Findings, want)
		}
		for from := range built.Redirects() {
			if built.ByPath(from) != nil {
				t.Errorf("%s: %s is a page and a redirect", alias, from)
			}
		}
	}
}

// TestRedirects_renamed: what git has renamed is still found where it was, and a page
// that has taken the old address keeps it.
func TestRedirects_renamed(t *testing.T) {
	dir := tree(t, aliased("[]"))
	gitIn(t, dir, "init", "-q")
	commit := func() { gitIn(t, dir, "add", "-A"); gitIn(t, dir, "commit", "-q", "-m", "m") }
	commit()
	gitIn(t, dir, "mv", "docs/design/new.md", "docs/design/renamed.md")
	commit()
	gitIn(t, dir, "mv", "adr/0001-first.md", "adr/0007-first.md")
	redirects := load(t, dir).Redirects()
	for from, to := range map[string]string{"/design/new/": "/design/renamed/", "/adr/0001-first/": "/adr/0007-first/"} {
		if redirects[from] != to {
			t.Errorf("%s leads to %q, want %q", from, redirects[from], to)
		}
	}
	gitIn(t, dir, "mv", "docs/design/two.md", "docs/design/new.md")
	built := load(t, dir)
	if to, ok := built.Redirects()["/design/new/"]; ok || built.ByPath("/design/new/").Title != "Two" {
		t.Errorf("an address that a page has leads to %q", to)
	}
	if to := built.Redirects()["/design/two/"]; to != "/design/new/" {
		t.Errorf("/design/two/ leads to %q", to)
	}
}
