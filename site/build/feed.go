package build

import (
	"cmp"
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

func (t *Tree) feedSite() feed.Site { return feed.Site{Title: t.config.Title, BaseURL: t.baseURL()} }

// updated is the last change of a decision: by the repository, else by its date.
func updated(p *site.Page) string {
	if !p.History.Updated.IsZero() {
		return p.History.Updated.UTC().Format(time.RFC3339)
	}
	return cmp.Or(view.Published(p), feed.Epoch)
}
