package httpapi

import (
	"cmp"
	"encoding/xml"
	"net/http"
	"slices"
	"strings"
	"time"

	"lockstep/site"
	"lockstep/site/review/access"
	"lockstep/site/review/display"
	"lockstep/site/review/refusal"
	"lockstep/site/review/subject"
)

// Atom feeds of comments: of the whole site, of a page, of a thread. Newest
// first; what was redacted is left out.

type feed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Links   []feedLink  `xml:"link"`
	Entries []feedEntry `xml:"entry"`
}

type feedLink struct {
	Rel  string `xml:"rel,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type feedEntry struct {
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  string      `xml:"author>name"`
	Link    feedLink    `xml:"link"`
	Content feedContent `xml:"content"`
}

type feedContent struct {
	Type string `xml:"type,attr"`
	Text string `xml:",chardata"`
}

const feedEntries = 100

func (a *API) siteFeed(w http.ResponseWriter, r *http.Request) {
	var entries []feedEntry
	names, err := a.o.Service.Names(r.Context())
	if err != nil {
		a.problem(w, r, publicError(err))
		return
	}
	for _, d := range a.o.Pages.Documents() {
		if !slices.ContainsFunc(d.Names(), func(name string) bool { return slices.Contains(names, name) }) {
			continue
		}
		shown, err := a.o.Service.Review(r.Context(), d, access.Actor{})
		if err != nil {
			a.problem(w, r, publicError(err))
			return
		}
		entries = append(entries, entriesOf(shown, d, "")...)
	}
	writeFeed(w, r, "Comments", entries)
}

func (a *API) pageFeed(q *request) error { return a.feedOf(q, "") }

func (a *API) threadFeed(q *request) error { return a.feedOf(q, q.r.PathValue("thread")) }

func (a *API) feedOf(q *request, thread string) error {
	shown, err := a.o.Service.Review(q.r.Context(), q.d, access.Actor{})
	if err != nil {
		return err
	}
	if thread != "" && !slices.ContainsFunc(shown.Threads, func(t site.Thread) bool { return t.ID == thread }) {
		return refusal.NotFound("there is no such thread")
	}
	writeFeed(q.w, q.r, "Comments on "+q.d.Title, entriesOf(shown, q.d, thread))
	return nil
}

func entriesOf(r *site.Review, d subject.Page, thread string) (entries []feedEntry) {
	for _, t := range r.Threads {
		if thread != "" && t.ID != thread {
			continue
		}
		for _, c := range t.Comments {
			if c.Redacted {
				continue
			}
			title := c.Author + " on " + d.Title
			if t.Quote != "" {
				title += ": “" + t.Quote + "”"
			}
			updated := c.Created
			if !c.Edited.IsZero() {
				updated = c.Edited
			}
			entries = append(entries, feedEntry{ID: "urn:lockstep:" + r.Page + "#" + c.ID, Title: title, Updated: updated.Format(time.RFC3339), Author: c.Author,
				Link: feedLink{"alternate", d.Path + "#" + display.CommentID(c.ID)}, Content: feedContent{"html", string(c.HTML)}})
		}
	}
	return entries
}

func writeFeed(w http.ResponseWriter, r *http.Request, title string, entries []feedEntry) {
	slices.SortStableFunc(entries, func(a, b feedEntry) int { return cmp.Compare(b.Updated, a.Updated) })
	entries = entries[:min(len(entries), feedEntries)]
	f := feed{ID: "urn:lockstep:feed:" + strings.Trim(r.URL.Path, "/"), Title: title, Updated: "1970-01-01T00:00:00Z", Links: []feedLink{{"self", r.URL.Path}}, Entries: entries}
	if len(entries) > 0 {
		f.Updated = entries[0].Updated
	}
	w.Header().Set("Content-Type", "application/atom+xml; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Write([]byte(xml.Header))
	encoder := xml.NewEncoder(w)
	encoder.Indent("", " ")
	encoder.Encode(f)
}
