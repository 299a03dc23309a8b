// Package feed writes Atom feeds of a site, by RFC 4287.
//
// A feed depends on its entries alone: what has no date is dated by [Epoch] and not by
// the clock, and names stay the same for as long as the site keeps its address, or, where
// that is not known, its title.
package feed

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"lockstep/site"
)

// Epoch dates what has no date.
const Epoch = "1970-01-01T00:00:00Z"

// Site is whose feeds they are.
type Site struct {
	Title   string
	BaseURL string // "" if it is not known; then addresses are relative
}

// Feed is a list of news.
type Feed struct {
	Path     string // of the feed itself
	Home     string // of the page that it follows, and its name
	Title    string
	Subtitle string
	Entries  []Entry
}

// Entry is one of the news.
type Entry struct {
	Name      string // a path that stays the entry's own
	Path      string // of the page to read
	Title     string
	Published string // as the format writes dates; "" if it is not known
	Updated   string
	Authors   []string
	Category  string
	Summary   string
}

// Bytes writes a feed, the newest entry first, and dates it by that.
func (s Site) Bytes(f Feed) []byte {
	out := atomFeed{Language: "en", ID: s.id(f.Home), Title: f.Title, Subtitle: f.Subtitle, Updated: Epoch,
		Author: atomAuthor{s.Title}, Generator: "Lockstep", Links: []atomLink{{"alternate", "text/html", s.link(f.Path, f.Home)}}}
	if s.BaseURL != "" { // an address of itself that is not whole says nothing
		out.Links = append(out.Links, atomLink{"self", "application/atom+xml", s.link(f.Path, f.Path)})
	}
	for _, e := range f.Entries {
		entry := atomEntry{ID: s.id(e.Name), Title: e.Title, Published: e.Published, Updated: e.Updated, Link: atomLink{"alternate", "text/html", s.link(f.Path, e.Path)}, Summary: e.Summary}
		for _, name := range e.Authors {
			entry.Authors = append(entry.Authors, atomAuthor{name})
		}
		if e.Category != "" {
			entry.Category = &atomCategory{e.Category}
		}
		out.Updated = max(out.Updated, e.Updated)
		out.Entries = append(out.Entries, entry)
	}
	slices.SortStableFunc(out.Entries, func(a, b atomEntry) int { return cmp.Compare(b.Updated, a.Updated) })
	return Marshal(out)
}

// link is an address as a feed at the path from gives it: whole where it is known.
func (s Site) link(from, to string) string {
	if base := strings.TrimSuffix(s.BaseURL, "/"); base != "" {
		return base + site.Escape(to)
	}
	return site.Escape(site.Rel(from, to))
}

// id is a name that stays: a tag of the host where the site is published, else a
// number made of what the site is called, since nobody owns a host then.
func (s Site) id(path string) string {
	if u, err := url.Parse(s.BaseURL); err == nil && u.Host != "" {
		return "tag:" + u.Hostname() + ",2026:" + site.Escape(path)
	}
	sum := sha256.Sum256([]byte(s.Title + "\x00" + path))
	id := sum[:16]
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80 // version 8 of RFC 9562: the hash is ours
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}
