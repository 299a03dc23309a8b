package build

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"lockstep/site/verify"
)

// TestScan_places: which page each file of a repository becomes, in reading
// order.
func TestScan_places(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"foreign: texts at the root and beside records", `-- README.md --
# Home
-- CONTRIBUTING.md --
# Contributing
-- PULL_REQUEST_TEMPLATE.md --
# Not a text for readers
-- .github/ISSUE.md --
# Nor this
-- node_modules/x/README.md --
# Nor this
-- docs/faq.md --
# FAQ
-- docs/guide/02-run.md --
# Run
-- docs/guide/01-install.md --
# Install
-- docs/adr/README.md --
# The log
-- docs/adr/template.md --
# {title}
-- docs/adr/0001-a.md --
# A

Status: accepted
-- docs/adr/use-postgres.md --
# Use Postgres

* Status: accepted
-- docs/adr/notes.md --
# Notes on status
-- docs/adr/0001-model/README.md --
# The model of the first record
`, `/ home README.md
/contributing/ document CONTRIBUTING.md
/faq/ document docs/faq.md
/adr/ log docs/adr/README.md
/adr/0001-a/ decision docs/adr/0001-a.md
/adr/0001-model/ document docs/adr/0001-model/README.md
/adr/notes/ document docs/adr/notes.md
/adr/use-postgres/ decision docs/adr/use-postgres.md
/guide/ section -
/guide/install/ document docs/guide/01-install.md
/guide/run/ document docs/guide/02-run.md
`},
		{"foreign: records among texts", `-- docs/0001-a.md --
# A

## Status

Accepted
-- docs/0002-b.md --
# B

## Status

Accepted
-- docs/guide.md --
# Guide
`, `/ section -
/guide/ document docs/guide.md
/adr/ log -
/adr/0001-a/ decision docs/0001-a.md
/adr/0002-b/ decision docs/0002-b.md
`},
		{"own: order by number, names of other scripts, a section's own text", `-- lockstep.yaml --
strict: true
title: T
content: [content]
sections: [design, lab]
-- content/index.md --
# Home
-- content/design/10-last.md --
# Last
-- content/design/02-über-daten.md --
# Data
-- content/design/index.md --
# The design
-- content/lab.md --
# Lab
-- content/runbook/stall.md --
# Stall
-- content/about.md --
# About
-- content/überblick/plan.md --
# Plan
`, `/ home content/index.md
/design/ section content/design/index.md
/design/über-daten/ document content/design/02-über-daten.md
/design/last/ document content/design/10-last.md
/lab/ lab content/lab.md
/about/ document content/about.md
/runbook/ section -
/runbook/stall/ runbook content/runbook/stall.md
/überblick/ section -
/überblick/plan/ document content/überblick/plan.md
`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			loaded := load(t, tree(t, tt.text))
			if len(loaded.Findings) > 0 {
				t.Errorf("findings: %v", loaded.Findings)
			}
			var got strings.Builder
			for _, p := range loaded.Pages {
				source := p.Source
				if source == "" {
					source = "-"
				}
				if !utf8.ValidString(p.Title) {
					t.Errorf("title %q of %s", p.Title, p.Path)
				}
				got.WriteString(p.Path + " " + string(p.Kind) + " " + source + "\n")
			}
			if diff := cmp.Diff(tt.want, got.String()); diff != "" {
				t.Errorf("places (-want +got):\n%s", diff)
			}
		})
	}
}

// TestScan_odd_files: what is not a proper text is said or left alone, and the
// rest is built.
func TestScan_odd_files(t *testing.T) {
	dir := tree(t, "-- README.md --\n# Home\n-- docs/good.md --\n# Good\n")
	outside := filepath.Join(t.TempDir(), "secret.md")
	for name, data := range map[string][]byte{
		outside:                               []byte("# Secret\n"),
		filepath.Join(dir, "docs/latin1.md"):  []byte("# Caf\xe9\n"),
		filepath.Join(dir, "docs/huge.md"):    append([]byte("# Huge\n"), bytes.Repeat([]byte("word "), 1<<19)...),
		filepath.Join(dir, "docs/dos.md"):     []byte("\xef\xbb\xbf---\r\ntitle: From Windows\r\n---\r\n\r\n## One\r\n\r\nText.\r\n"),
		filepath.Join(dir, "docs/picture.md"): {0, 1, 2, 0xff, 0xfe, 0},
		filepath.Join(dir, "docs/empty.md"):   nil,
	} {
		if err := os.WriteFile(name, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(outside, filepath.Join(dir, "docs/link.md")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Dir(outside), filepath.Join(dir, "docs/folder")); err != nil {
		t.Fatal(err)
	}
	loaded := load(t, dir)
	want := []string{"docs/huge.md too-large", "docs/latin1.md encoding", "docs/picture.md encoding"}
	if diff := cmp.Diff(want, rules(loaded.Findings)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if p := loaded.ByPath("/dos/"); p == nil || p.Title != "From Windows" || len(p.Outline) != 1 {
		t.Errorf("the page of a file with carriage returns is %+v", p)
	}
	for _, path := range []string{"/link/", "/folder/secret/"} {
		if loaded.ByPath(path) != nil {
			t.Errorf("a link out of the repository became %s", path)
		}
	}
	for _, p := range loaded.Pages {
		if html, _, err := loaded.Bytes(context.Background(), &loaded.Site, p); err != nil || !strings.Contains(string(html), "</html>") {
			t.Errorf("%s: %v", p.Path, err)
		}
	}
}

// TestLinks_to_files: names that need escaping, links into the code with and
// without a repository.
func TestLinks_to_files(t *testing.T) {
	const text = `-- README.md --
# Home

![A cat](docs/my%20cat.png) ![Q](docs/why%3F.png) [code](src/main.go) [folder](src)
-- docs/my cat.png --
png
-- docs/why?.png --
png
-- src/main.go --
package main
`
	for _, tt := range []struct{ name, config, code string }{
		{"no repository: the file comes along", "", `href="files/src/main.go">code</a> <a>folder</a>`},
		{"on a known host", "title: T\nhome: README.md\nrepository: https://github.com/o/r.git\n", `href="https://github.com/o/r/blob/HEAD/src/main.go"`},
		{"elsewhere", "title: T\nhome: README.md\nrepository: https://git.example.org/o/r/tree/\n", `href="https://git.example.org/o/r/tree/src/main.go"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := tree(t, text)
			if tt.config != "" {
				if err := os.WriteFile(filepath.Join(dir, ConfigName), []byte(tt.config), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			loaded := load(t, dir)
			data, findings, err := loaded.Bytes(context.Background(), &loaded.Site, loaded.ByPath("/"))
			if err != nil || len(findings)+len(loaded.Findings) > 0 {
				t.Fatalf("%v, %v, %v", err, findings, loaded.Findings)
			}
			for _, want := range []string{`src="files/docs/my%20cat.png"`, `src="files/docs/why%3F.png"`, tt.code} {
				if !strings.Contains(string(data), want) {
					t.Errorf("the page lacks %s", want)
				}
			}
			if !slices.Contains(loaded.Files(), "docs/why?.png") {
				t.Errorf("files %q", loaded.Files())
			}
		})
	}
}

func TestOpen_base_url(t *testing.T) {
	dir := tree(t, own)
	for _, bad := range []string{"example.org", "/x/", "javascript:alert(1)", "https://", "ftp://example.org/"} {
		if _, err := Open(dir, Options{BaseURL: bad}); err == nil {
			t.Errorf("the base URL %q is taken", bad)
		}
	}
	if _, err := Open(dir, Options{BaseURL: "https://example.org/a/b"}); err != nil {
		t.Error(err)
	}
	loaded := load(t, tree(t, strings.Replace(own, "title: Example", "title: Example\nurl: javascript:alert(1)\nrepository: example.org/r", 1)))
	if got := rules(loaded.Findings); !slices.Equal(got, []string{ConfigName + " config", ConfigName + " config"}) || loaded.Site.BaseURL != "" {
		t.Errorf("findings %v, base URL %q", got, loaded.Site.BaseURL)
	}
}

// TestForeign_html: a README as they are asks no other host for anything and
// leads nowhere that does not exist.
func TestForeign_html(t *testing.T) {
	out, result := write(t, tree(t, `-- README.md --
<h1 align="center">Tool</h1>
<p align="center">
  <img src="https://example.org/logo.png" alt="Logo">
  <a href="https://ci.example.org"><img src="https://ci.example.org/badge.svg" alt="CI"></a>
  <a href="#install">Install</a>
</p>

[![Go](https://example.org/go.svg)](https://example.org) ![star](//example.org/star.png)

<!-- a comment -->
<a name="install"></a>
## Install

<picture><source media="(prefers-color-scheme: dark)" srcset="https://example.org/dark.png"><img src="docs/light.png" alt="It runs"></picture>

<details><summary>More</summary>

See [the folder](docs) and [a guide](docs/guide.md#start).

</details>
-- docs/light.png --
png
-- docs/guide.md --
# Guide

## Start
`), Options{})
	if len(result.Findings) > 0 {
		t.Errorf("findings: %v", result.Findings)
	}
	if findings, err := verify.Output(os.DirFS(out)); err != nil || len(findings) > 0 {
		t.Errorf("the output: %v, %v", findings, err)
	}
	page := contents(t, out)["index.html"]
	for _, want := range []string{`<a class="external remote-image" rel="noopener" href="https://example.org/logo.png">Logo</a>`, `src="files/docs/light.png"`, `href="guide/#start"`, `id="install"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}

// TestLinks_to_titles: Git hosts give the title an id; here it is the top of the
// page.
func TestLinks_to_titles(t *testing.T) {
	loaded := load(t, tree(t, "-- README.md --\n# The tool\n\n[up](#the-tool), [plan](docs/plan.md#1-the-plan)\n-- docs/plan.md --\n# 1. The plan\n\n## Next\n\n[next](#next)\n"))
	if len(loaded.Findings) > 0 {
		t.Errorf("findings: %v", loaded.Findings)
	}
	data, _, err := loaded.Bytes(context.Background(), &loaded.Site, loaded.ByPath("/"))
	if err != nil || !strings.Contains(string(data), `<a href="./">up</a>, <a href="plan/">plan</a>`) {
		t.Errorf("%v; the page:\n%s", err, data)
	}
}
