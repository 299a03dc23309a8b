package build

import (
	"bytes"
	"encoding/json"
	"image/png"
	"net/url"
	"path"
	"regexp"
	"strings"
	"testing"

	"lockstep/site"
)

const shared = `
-- lockstep.yaml --
title: Fine & Sons
tagline: What we decided
content: docs
adr: adr
-- docs/index.md --
# Home

What this is about.
-- docs/design/01-size.md --
# Size </script><script>alert(1)</script>

It is large. It has many parts, see [speed](02-speed.md#how-fast "Speed"), [code](../../main.go), ` + "`[no](link.md)`" + ` and [out](https://example.com/x.md).

[def]: ../../adr/0001-first.md

` + "```" + `
[in code](02-speed.md)
` + "```" + `
-- docs/design/02-speed.md --
---
tags: [fast]
---
# Speed

## How fast

Text.
-- docs/design/03-kanji.md --
# 決定の記録

Text.
-- adr/0001-first.md --
---
status: accepted
date: 2024-01-01
deciders: Ann
---
# First

Why it is so. And more.
-- main.go --
package main
`

var linkedData = regexp.MustCompile(`(?s)<script type="application/ld\+json">(.*?)</script>`)

// TestShare_pictures: each page that the font can spell has a picture of its own, under a
// name that changes with its words, and by its whole address; without one nobody could ask
// for it, so then there is none.
func TestShare_pictures(t *testing.T) {
	dir := tree(t, shared)
	out, result := write(t, dir, Options{BaseURL: "https://example.org/below/"})
	files := contents(t, out)
	image := regexp.MustCompile(`property="og:image" content="https://example\.org/below(/static/cards/[0-9a-f]{16}\.png)"`)
	seen := make(map[string]string)
	for _, page := range []string{"index.html", "design/index.html", "design/size-script-script-alert-1-script/index.html", "adr/index.html", "adr/0001-first/index.html"} {
		m := image.FindStringSubmatch(files[page])
		if m == nil {
			if files[page] != "" {
				t.Errorf("%s has no picture", page)
			}
			continue
		}
		if seen[m[1]] != "" {
			t.Errorf("%s has the picture of %s", page, seen[m[1]])
		}
		seen[m[1]] = page
		if config, err := png.DecodeConfig(strings.NewReader(files[strings.TrimPrefix(m[1], "/")])); err != nil || config.Width != 1200 || config.Height != 630 {
			t.Errorf("%s: %v %+v", page, err, config)
		}
	}
	if len(seen) < 4 {
		t.Errorf("pictures %v", seen)
	}
	for name, page := range files {
		if strings.Contains(page, "決定の記録</h1>") && strings.Contains(page, "og:image") {
			t.Errorf("%s has a picture without letters", name)
		}
	}
	warned := false
	for _, f := range result.Findings {
		warned = warned || f.Rule == "robots" && f.Severity == site.Warning && strings.Contains(f.Mend, "https://example.org/robots.txt")
	}
	if !warned {
		t.Errorf("nothing is said of robots.txt below a path: %v", result.Findings)
	}
	// The second time, pictures come from the tree that is there.
	again, err := load(t, dir).Write(t.Context(), out)
	if err != nil || again.Pages != result.Pages {
		t.Error(err)
	}
	plain, plainResult := write(t, dir, Options{})
	for name, page := range contents(t, plain) {
		if strings.Contains(page, "og:image") || strings.HasPrefix(name, "static/cards/") {
			t.Errorf("without a base URL: %s", name)
		}
	}
	for _, f := range plainResult.Findings {
		if f.Rule == "robots" {
			t.Error(f)
		}
	}
}

// TestShare_data: what searchers read is JSON whatever a title holds, leads to the site,
// and has dates of the sources.
func TestShare_data(t *testing.T) {
	for _, base := range []string{"", "https://example.org/"} {
		out, _ := write(t, tree(t, shared), Options{BaseURL: base})
		for name, page := range contents(t, out) {
			if path.Ext(name) != ".html" || name == "404.html" || strings.Contains(page, "http-equiv") {
				continue
			}
			m := linkedData.FindAllStringSubmatch(page, -1)
			var data map[string]any
			if len(m) != 1 || json.Unmarshal([]byte(m[0][1]), &data) != nil || data["@context"] != "https://schema.org" {
				t.Errorf("%s: %q", name, m)
				continue
			}
			if graph, _ := data["@graph"].([]any); base != "" && len(graph) != 2 {
				t.Errorf("%s: no way to the page: %v", name, data)
			}
			if name == "adr/0001-first/index.html" && (!strings.Contains(m[0][1], `"datePublished":"2024-01-01T00:00:00Z"`) || !strings.Contains(m[0][1], `"name":"Ann"`)) {
				t.Errorf("%s: %s", name, m[0][1])
			}
			if strings.Contains(page, "<script>alert") {
				t.Errorf("%s runs a title", name)
			}
		}
	}
}

// TestShare_markdown: a page's Markdown is what was written, with links that lead to
// Markdown again; code is left alone; every link that was written for the tree leads to
// a file of it.
func TestShare_markdown(t *testing.T) {
	out, _ := write(t, tree(t, shared), Options{})
	files := contents(t, out)
	var size string
	for name, text := range files {
		if strings.HasPrefix(name, "design/size") && strings.HasSuffix(name, ".md") {
			size = text
		}
	}
	for _, want := range []string{"(../speed/index.md#how-fast \"Speed\")", "(../../files/main.go)", "`[no](link.md)`", "(https://example.com/x.md)", "[def]: ../../adr/0001-first/index.md\n", "[in code](02-speed.md)"} {
		if !strings.Contains(size, want) {
			t.Errorf("lacks %s:\n%s", want, size)
		}
	}
	if want := "- [ADR-0001 (accepted): First](0001-first/index.md): Why it is so."; !strings.Contains(files["adr/index.md"], want) {
		t.Errorf("the log lacks %s:\n%s", want, files["adr/index.md"])
	}
	if !strings.Contains(files["adr/0001-first/index.html"], `type="text/markdown"`) {
		t.Error("the page does not name its Markdown")
	}
	for _, m := range regexp.MustCompile(`[^\\]\]\(([^)]+)\)`).FindAllStringSubmatch(files["llms.txt"], -1) {
		name, err := url.PathUnescape(m[1])
		if _, ok := files[name]; err != nil || !ok {
			t.Errorf("llms.txt leads to %s, which is not there", m[1])
		}
	}
	if !strings.HasPrefix(files["llms.txt"], "# Fine & Sons\n\n> What this is about.\n") || !strings.Contains(files["llms.txt"], "adr/0001-first/index.md") {
		t.Errorf("llms.txt:\n%s", files["llms.txt"])
	}
	if !bytes.HasPrefix([]byte(files["favicon.ico"]), []byte{0, 0, 1, 0}) {
		t.Error("favicon.ico is no icon")
	}
}

// TestDescribe: a list that has no text of its own is described by what it holds.
func TestDescribe(t *testing.T) {
	bare := load(t, tree(t, "-- docs/design/a.md --\n# A\n\nWhy a is so. More.\n-- docs/ops/b.md --\n# B\n\nHow b is done.\n"))
	if got := bare.ByPath("/").Summary; got != "2 pages. Design: A. Ops: B." {
		t.Errorf("the home page: %q", got)
	}
	built := load(t, tree(t, shared))
	for path, want := range map[string]string{"/design/": "3 pages. Size", "/adr/": "One decision. First: Why it is so."} {
		if got := built.ByPath(path).Summary; !strings.HasPrefix(got, want) || len([]rune(got)) > maxDescription {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}
