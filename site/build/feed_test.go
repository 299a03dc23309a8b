package build

import (
	"encoding/xml"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/site/feed"
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
deciders: [Ann, Bo]
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

// atomName is what Atom allows as a permanent name here: whole, and nobody's by accident.
var atomName = regexp.MustCompile(`^(tag:example\.org,2026:/[^ ]*|urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})$`)

type atomElement struct {
	IDs       []string `xml:"id"`
	Titles    []string `xml:"title"`
	Updated   []string `xml:"updated"`
	Published []string `xml:"published"`
	Summary   []string `xml:"summary"`
	Author    []string `xml:"author>name"`
	Links     []struct {
		Rel  string `xml:"rel,attr"`
		Type string `xml:"type,attr"`
		Href string `xml:"href,attr"`
	} `xml:"link"`
}

// judgeFeed holds a feed to what RFC 4287 demands, with and without a base URL, and gives
// its entries.
func judgeFeed(t *testing.T, data []byte, base string) []atomElement {
	t.Helper()
	var feed struct {
		XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
		atomElement
		Entries []atomElement `xml:"entry"`
	}
	if err := xml.Unmarshal(data, &feed); err != nil {
		t.Fatal(err)
	}
	if len(feed.Author) != 1 || feed.Author[0] == "" { // of every entry that names none
		t.Errorf("the feed's authors are %q", feed.Author)
	}
	ids := make(map[string]bool)
	for i, e := range append(slices.Clone(feed.Entries), feed.atomElement) {
		if len(e.IDs) != 1 || len(e.Titles) != 1 || e.Titles[0] == "" || len(e.Updated) != 1 || len(e.Published) > 1 || len(e.Summary) > 1 {
			t.Fatalf("entry %d has an element that must stand once: %+v", i, e)
		}
		if !atomName.MatchString(e.IDs[0]) || ids[e.IDs[0]] || strings.HasPrefix(e.IDs[0], "tag:") != (base != "") {
			t.Errorf("id %q", e.IDs[0])
		}
		ids[e.IDs[0]] = true
		for _, date := range append(e.Published, e.Updated...) {
			if _, err := time.Parse(time.RFC3339, date); err != nil || date > feed.Updated[0] || date > e.Updated[0] {
				t.Errorf("date %q: %v", date, err)
			}
		}
		rels := make(map[string]int)
		for _, l := range e.Links {
			rels[l.Rel]++
			if u, err := url.Parse(l.Href); err != nil || u.IsAbs() != (base != "") || !strings.HasPrefix(l.Href, base) || l.Type == "" {
				t.Errorf("link %+v, base %q", l, base)
			}
		}
		if rels["alternate"] != 1 || (rels["self"] == 1) != (base != "" && i == len(feed.Entries)) {
			t.Errorf("entry %d: links %+v", i, e.Links)
		}
	}
	return feed.Entries
}

// TestFeed: the feed of the decisions is valid, and its dates are those of the records.
func TestFeed(t *testing.T) {
	for _, base := range []string{"", "https://example.org/docs"} {
		out, _ := write(t, tree(t, dated), Options{BaseURL: base})
		data, err := os.ReadFile(filepath.Join(out, "adr/feed.xml"))
		if err != nil {
			t.Fatal(err)
		}
		entries := judgeFeed(t, data, base)
		if len(entries) != 3 {
			t.Fatalf("entries %+v", entries)
		}
		first := entries[0]
		if first.Titles[0] != "ADR-0002: Second" || first.Updated[0] != "2024-05-01T00:00:00Z" || !slices.Equal(first.Published, first.Updated) || !slices.Equal(first.Author, []string{"Ann", "Bo"}) {
			t.Errorf("first entry %+v", first)
		}
		if undated := entries[2]; len(undated.Published) != 0 || undated.Updated[0] != feed.Epoch {
			t.Errorf("a record without a date: %+v", undated)
		}
	}
}

// TestFeed_changes: the feed of what changed is valid, says it in its titles, and keeps
// the name of a day that goes on.
func TestFeed_changes(t *testing.T) {
	r := newPast(t, changing)
	r.Edit("adr/0001-first.md", "proposed", "accepted")
	r.Edit("docs/design.md", "Much.", "<b>Little</b> & more.")
	r.Commit("2024-01-02T10:00:00Z", "decide")
	read := func(base string) []atomElement {
		t.Helper()
		out, _ := write(t, r.Dir, Options{BaseURL: base})
		data, err := os.ReadFile(filepath.Join(out, "changes/feed.xml"))
		if err != nil {
			t.Fatal(err)
		}
		if page := contents(t, out)["changes/index.html"]; strings.Count(page, `href="feed.xml"`) != 2 {
			t.Error("the page of changes does not lead to its feed, for programs and for people")
		}
		return judgeFeed(t, data, base)
	}
	for _, base := range []string{"", "https://example.org/docs"} {
		entries := read(base)
		if len(entries) != 5 || entries[0].Titles[0] != "ADR-0001: First: accepted" || entries[0].Updated[0] != "2024-01-02T10:00:00Z" || entries[0].Published[0] != "2024-01-02T00:00:00Z" {
			t.Fatalf("entries %+v", entries)
		}
	}
	before := read("")[0]
	r.Edit("adr/0001-first.md", "Text.", "More text.")
	r.Commit("2024-01-02T12:00:00Z", "more")
	if after := read("")[0]; after.IDs[0] != before.IDs[0] || after.Updated[0] != "2024-01-02T12:00:00Z" || !strings.Contains(after.Titles[0], "accepted; text changed") {
		t.Errorf("the day goes on as %+v, and was %+v", after, before)
	}
}

// TestFeed_shown: pages of a site with decisions lead to the feed, for programs and for
// people; others do not.
func TestFeed_shown(t *testing.T) {
	for text, want := range map[string]int{dated: 2, "-- README.md --\n# Only this\n\nText.\n": 0} {
		out, _ := write(t, tree(t, text), Options{})
		if page := contents(t, out)["index.html"]; strings.Count(page, `adr/feed.xml"`) != want {
			t.Errorf("the home page leads to the feed %d times, want %d", strings.Count(page, `adr/feed.xml"`), want)
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
		"robots.txt":                   "# Crawlers read robots.txt at https://example.org/robots.txt only, and not this file. Its line for there:\n# Sitemap: https://example.org/docs/sitemap.xml",
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
