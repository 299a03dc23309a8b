package build

import (
	"encoding/xml"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const dated = `-- lockstep.yaml --
strict: true
title: Example & Sons
adr: [adr]
-- adr/0001-first.md --
---
status: superseded
date: 2024-01-01
---
# First <of> all

## Context and Problem Statement

Text.
-- adr/0002-second.md --
---
status: accepted
date: 2024-05-01
supersedes: ADR-0001
---
# Second

## Decision Outcome

Chosen option: "this", because it is & was.
-- adr/20240301-über.md --
---
status: proposed
---
# Undated
`

// TestFeed: what a reader of Atom demands, with and without a base URL.
func TestFeed(t *testing.T) {
	for _, base := range []string{"", "https://example.org/docs"} {
		out, _ := write(t, tree(t, dated), Options{BaseURL: base})
		data, err := os.ReadFile(filepath.Join(out, "adr/feed.xml"))
		if err != nil {
			t.Fatal(err)
		}
		type element struct {
			ID      string `xml:"id"`
			Title   string `xml:"title"`
			Updated string `xml:"updated"`
			Author  string `xml:"author>name"`
			Links   []struct {
				Rel  string `xml:"rel,attr"`
				Href string `xml:"href,attr"`
			} `xml:"link"`
		}
		var feed struct {
			XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
			element
			Entries []element `xml:"entry"`
		}
		if err := xml.Unmarshal(data, &feed); err != nil {
			t.Fatal(err)
		}
		if len(feed.Entries) != 3 || feed.Author == "" || feed.Entries[0].Title != "ADR-0002: Second" || feed.Entries[0].Updated != "2024-05-01T00:00:00Z" || feed.Updated != feed.Entries[0].Updated {
			t.Errorf("feed %+v", feed)
		}
		var ids []string
		for _, e := range append(feed.Entries, feed.element) {
			ids = append(ids, e.ID)
			if _, err := time.Parse(time.RFC3339, e.Updated); err != nil {
				t.Error(err)
			}
			if u, err := url.Parse(e.ID); err != nil || u.Scheme != "tag" {
				t.Errorf("id %q is not a tag", e.ID)
			}
			for _, l := range e.Links {
				if u, err := url.Parse(l.Href); err != nil || u.IsAbs() != (base != "") || !strings.HasPrefix(l.Href, base) {
					t.Errorf("link %q, base %q", l.Href, base)
				}
			}
		}
		slices.Sort(ids)
		if len(slices.Compact(ids)) != 4 {
			t.Errorf("ids repeat: %q", ids)
		}
	}
}

// TestWrite_extras: the page for lost readers works at any depth, and the files
// for machines name the site where it is published.
func TestWrite_extras(t *testing.T) {
	out, _ := write(t, tree(t, dated), Options{BaseURL: "https://example.org/docs"})
	files := contents(t, out)
	for name, want := range map[string]string{
		"404.html":                     `href="/docs/static/css/site.`,
		"robots.txt":                   "Sitemap: https://example.org/docs/sitemap.xml",
		"sitemap.xml":                  "<loc>https://example.org/docs/adr/20240301-%C3%BCber/</loc>",
		"_redirects":                   "/docs/adr/2 /docs/adr/0002-second/ 301",
		"adr/2/index.html":             `<link rel="canonical" href="https://example.org/docs/adr/0002-second/">`,
		"adr/0002/index.html":          `url=../0002-second/"`,
		"adr/20240301-über/index.html": "Undated",
	} {
		if !strings.Contains(files[name], want) {
			t.Errorf("%s lacks %s:\n%.300s", name, want, files[name])
		}
	}
	if strings.Contains(files["404.html"], `href="static`) || strings.Contains(files["404.html"], `href="../`) {
		t.Error("404.html has relative links")
	}
	if _, ok := files["adr/0/index.html"]; ok {
		t.Error("a record without a number has a short address")
	}
}
