package build

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/xml"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"lockstep/site"
	"lockstep/site/view"
)

// feedPath is where the feed of the decisions stands.
const feedPath = "/adr/feed.xml"

type atomFeed struct {
	XMLName   xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Language  string      `xml:"xml:lang,attr"`
	ID        string      `xml:"id"`
	Title     string      `xml:"title"`
	Subtitle  string      `xml:"subtitle,omitempty"`
	Updated   string      `xml:"updated"`
	Links     []atomLink  `xml:"link"`
	Author    atomAuthor  `xml:"author"`
	Generator string      `xml:"generator"`
	Entries   []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr"`
	Href string `xml:"href,attr"`
}

type atomAuthor struct {
	Name string `xml:"name"`
}

type atomEntry struct {
	ID        string        `xml:"id"`
	Title     string        `xml:"title"`
	Published string        `xml:"published,omitempty"`
	Updated   string        `xml:"updated"`
	Authors   []atomAuthor  `xml:"author"`
	Link      atomLink      `xml:"link"`
	Category  *atomCategory `xml:"category"`
	Summary   string        `xml:"summary"`
}

type atomCategory struct {
	Term string `xml:"term,attr"`
}

// epoch dates what has no date: the feed must not depend on the clock.
const epoch = "1970-01-01T00:00:00Z"

// Feed is an Atom feed of the decisions, newest first. Its dates are those of the
// repository and of the records, so it is the same whenever it is built.
func (t *Tree) Feed() []byte {
	home := "/"
	if len(t.series) > 0 {
		home = t.series[0].Address
	}
	f := t.newFeed(feedPath, home, t.Site.Title+": decisions", t.Site.Tagline)
	for _, p := range t.decisions {
		e := atomEntry{ID: t.feedID(p.Path), Title: p.Decision.ID + ": " + p.Title, Updated: updated(p), Link: atomLink{"alternate", "text/html", t.feedLink(feedPath, p.Path)},
			Summary: cmp.Or(p.Decision.Outcome, p.Summary)}
		// A record that was dated ahead was published when it was last touched.
		if e.Published = view.Published(p); e.Published != "" {
			e.Published = min(e.Published, e.Updated)
		}
		for _, name := range p.Decision.Deciders {
			e.Authors = append(e.Authors, atomAuthor{name})
		}
		if p.Decision.Status != site.StatusUnknown {
			e.Category = &atomCategory{string(p.Decision.Status)}
		}
		f.Entries = append(f.Entries, e)
	}
	return f.marshal()
}

// ChangesFeed is an Atom feed of what changed: an entry for a page and a day.
func (t *Tree) ChangesFeed() []byte {
	path := t.ChangesFeedPath()
	f := t.newFeed(path, t.changes.path, t.Site.Title+": what changed", "The changes of all pages, newest first.")
	defer t.changes.Open(t.builder.dir)()
	for _, day := range t.changeList().Days {
		for _, c := range append(day.Entries, day.New...) {
			to, name, at := t.changes.path, "/"+c.Name, c.At.UTC().Format(time.RFC3339)
			if c.Page != nil {
				name = c.Page.Path
			}
			switch {
			case len(c.Changes) == 1:
				to = c.Changes[0].Path
			case c.Page != nil && len(c.Changes) > 1:
				to = c.Page.PastPath
			case c.Page != nil:
				to = c.Page.Path
			}
			words := strings.Join(c.Words, "; ")
			// A day that goes on is the same entry, updated.
			f.Entries = append(f.Entries, atomEntry{ID: t.feedID(t.changes.path + day.Day.Format(time.DateOnly) + name), Title: c.Name + ": " + words, Published: day.Day.Format(time.RFC3339), Updated: at,
				Link: atomLink{"alternate", "text/html", t.feedLink(path, to)}, Summary: words})
		}
	}
	return f.marshal()
}

// ChangesFeedPath is where the feed of changes stands, "" if there is none.
func (t *Tree) ChangesFeedPath() string {
	if t.changes.path == "" {
		return ""
	}
	return t.changes.path + "feed.xml"
}

func (t *Tree) newFeed(path, home, title, subtitle string) *atomFeed {
	f := &atomFeed{Language: "en", ID: t.feedID(home), Title: title, Subtitle: subtitle, Updated: epoch,
		Author: atomAuthor{t.Site.Title}, Generator: "Lockstep", Links: []atomLink{{"alternate", "text/html", t.feedLink(path, home)}}}
	if t.Site.BaseURL != "" { // an address of itself that is not whole says nothing
		f.Links = append(f.Links, atomLink{"self", "application/atom+xml", t.feedLink(path, path)})
	}
	return f
}

// feedLink is an address as a feed at the path from gives it: whole where it is known.
func (t *Tree) feedLink(from, to string) string {
	if base := strings.TrimSuffix(t.Site.BaseURL, "/"); base != "" {
		return base + escapePath(to)
	}
	return escapePath(site.Rel(from, to))
}

// marshal puts the newest entry first, and dates the feed by it.
func (f *atomFeed) marshal() []byte {
	for _, e := range f.Entries {
		f.Updated = max(f.Updated, e.Updated)
	}
	slices.SortStableFunc(f.Entries, func(a, b atomEntry) int { return cmp.Compare(b.Updated, a.Updated) })
	return marshal(f)
}

// feedID is a name that stays: a tag of the host where the site is published, else a
// number made of what the site is called, since nobody owns a host then.
func (t *Tree) feedID(path string) string {
	if u, err := url.Parse(t.Site.BaseURL); err == nil && u.Host != "" {
		return "tag:" + u.Hostname() + ",2026:" + escapePath(path)
	}
	sum := sha256.Sum256([]byte(t.Site.Title + "\x00" + path))
	id := sum[:16]
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80 // version 8 of RFC 9562: the hash is ours
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}

// updated is the last change of a decision: by the repository, else by its date.
func updated(p *site.Page) string {
	if !p.History.Updated.IsZero() {
		return p.History.Updated.UTC().Format(time.RFC3339)
	}
	return cmp.Or(view.Published(p), epoch)
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
