package build

import (
	"cmp"
	"strings"
	"time"

	"lockstep/site"
	"lockstep/site/feed"
	"lockstep/site/view"
)

// feedPath is where the feed of the decisions stands.
const feedPath = "/adr/feed.xml"

// Feed is an Atom feed of the decisions, newest first. Its dates are those of the
// repository and of the records, so it is the same whenever it is built.
func (t *Tree) Feed() []byte {
	f := feed.Feed{Path: feedPath, Home: "/", Title: t.Site.Title + ": decisions", Subtitle: t.Site.Tagline}
	if len(t.series) > 0 {
		f.Home = t.series[0].Address
	}
	for _, p := range t.decisions {
		e := feed.Entry{Name: p.Path, Path: p.Path, Title: p.Decision.ID + ": " + p.Title, Updated: updated(p), Authors: p.Decision.Deciders,
			Summary: cmp.Or(p.Decision.Outcome, p.Summary)}
		// A record that was dated ahead was published when it was last touched.
		if e.Published = view.Published(p); e.Published != "" {
			e.Published = min(e.Published, e.Updated)
		}
		if p.Decision.Status != site.StatusUnknown {
			e.Category = string(p.Decision.Status)
		}
		f.Entries = append(f.Entries, e)
	}
	return t.feedSite().Bytes(f)
}

func (t *Tree) feedSite() feed.Site { return feed.Site{Title: t.Site.Title, BaseURL: t.Site.BaseURL} }

// ChangesFeed is an Atom feed of what changed: an entry for a page and a day.
func (t *Tree) ChangesFeed() []byte {
	f := feed.Feed{Path: t.ChangesFeedPath(), Home: t.changes.path, Title: t.Site.Title + ": what changed", Subtitle: "The changes of all pages, newest first."}
	defer t.changes.Open(t.builder.dir)()
	for _, day := range t.changeList().Days {
		for _, c := range append(day.Entries, day.New...) {
			to, name := t.changes.path, "/"+c.Name
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
			f.Entries = append(f.Entries, feed.Entry{Name: t.changes.path + day.Day.Format(time.DateOnly) + name, Path: to, Title: c.Name + ": " + words,
				Published: day.Day.Format(time.RFC3339), Updated: c.At.UTC().Format(time.RFC3339), Summary: words})
		}
	}
	return t.feedSite().Bytes(f)
}

// ChangesFeedPath is where the feed of changes stands, "" if there is none.
func (t *Tree) ChangesFeedPath() string {
	if t.changes.path == "" {
		return ""
	}
	return t.changes.path + "feed.xml"
}

// updated is the last change of a decision: by the repository, else by its date.
func updated(p *site.Page) string {
	if !p.History.Updated.IsZero() {
		return p.History.Updated.UTC().Format(time.RFC3339)
	}
	return cmp.Or(view.Published(p), feed.Epoch)
}
