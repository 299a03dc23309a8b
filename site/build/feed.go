package build

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"lockstep/site"
)

type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Links   []atomLink  `xml:"link"`
	Author  atomAuthor  `xml:"author"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomAuthor struct {
	Name string `xml:"name"`
}

type atomEntry struct {
	ID       string        `xml:"id"`
	Title    string        `xml:"title"`
	Updated  string        `xml:"updated"`
	Link     atomLink      `xml:"link"`
	Category *atomCategory `xml:"category"`
	Summary  string        `xml:"summary"`
}

type atomCategory struct {
	Term string `xml:"term,attr"`
}

// epoch dates what has no date: the feed must not depend on the clock.
const epoch = "1970-01-01T00:00:00Z"

// Feed is an Atom feed of the decisions, newest first.
func (t *Tree) Feed() []byte {
	base := t.Site.BaseURL
	authority := "lockstep.invalid"
	if u, err := url.Parse(base); err == nil && u.Host != "" {
		authority = u.Hostname()
	}
	id := func(path string) string { return fmt.Sprintf("tag:%s,2026:%s", authority, escapePath(path)) }
	href := func(path string) string {
		if base == "" {
			return escapePath(site.Rel("/adr/", path))
		}
		return strings.TrimSuffix(base, "/") + escapePath(path)
	}
	f := atomFeed{ID: id("/adr/"), Title: t.Site.Title + ": decisions", Updated: epoch, Author: atomAuthor{t.Site.Title},
		Links: []atomLink{{"self", href("/adr/feed.xml")}, {"", href("/adr/")}}}
	for _, p := range t.decisions {
		e := atomEntry{ID: id(p.Path), Title: p.Decision.ID + ": " + p.Title, Updated: updated(p), Link: atomLink{"", href(p.Path)}, Summary: p.Decision.Outcome}
		if p.Decision.Status != site.StatusUnknown {
			e.Category = &atomCategory{string(p.Decision.Status)}
		}
		if e.Summary == "" {
			e.Summary = p.Summary
		}
		f.Entries = append(f.Entries, e)
		f.Updated = max(f.Updated, e.Updated)
	}
	slices.SortStableFunc(f.Entries, func(a, b atomEntry) int { return cmp.Compare(b.Updated, a.Updated) })
	return marshal(f)
}

// updated is the last change of a decision: by the repository, else by its date.
func updated(p *site.Page) string {
	if !p.History.Updated.IsZero() {
		return p.History.Updated.UTC().Format(time.RFC3339)
	}
	if date, err := time.Parse(time.DateOnly, p.Decision.Date); err == nil {
		return date.Format(time.RFC3339)
	}
	return epoch
}

func marshal(v any) []byte {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	encoder := xml.NewEncoder(&b)
	encoder.Indent("", "  ")
	if err := encoder.Encode(v); err != nil {
		panic("encode XML of plain strings: " + err.Error())
	}
	b.WriteByte('\n')
	return b.Bytes()
}

type urlSet struct {
	XMLName xml.Name  `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	URLs    []siteURL `xml:"url"`
}

type siteURL struct {
	Loc     string `xml:"loc"`
	LastMod string `xml:"lastmod,omitempty"`
}

// Sitemap lists every page. Its addresses are absolute when the base URL is
// known, as the format demands.
func (t *Tree) Sitemap() []byte {
	var set urlSet
	for _, p := range t.Pages {
		u := siteURL{Loc: strings.TrimSuffix(t.Site.BaseURL, "/") + escapePath(p.Path)}
		if !p.History.Updated.IsZero() {
			u.LastMod = p.History.Updated.UTC().Format(time.DateOnly)
		}
		set.URLs = append(set.URLs, u)
	}
	return marshal(set)
}
