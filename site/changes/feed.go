package changes

import (
	"strings"
	"time"

	"lockstep/site/feed"
)

// FeedPath is where the feed of changes stands, "" if there is none.
func (c *Changes) FeedPath() string {
	if c.Path == "" {
		return ""
	}
	return c.Path + "feed.xml"
}

// Feed is an Atom feed of what changed: an entry for a page and a day.
func (c *Changes) Feed() []byte {
	f := feed.Feed{Path: c.FeedPath(), Home: c.Path, Title: c.site.Title + ": what changed", Subtitle: "The changes of all pages, newest first."}
	for _, day := range c.list().Days {
		for _, e := range append(day.Entries, day.New...) {
			to, name := c.Path, "/"+e.Name
			if e.Page != nil {
				name = e.Page.Path
			}
			switch {
			case len(e.Changes) == 1:
				to = e.Changes[0].Path
			case e.Page != nil && len(e.Changes) > 1:
				to = e.Page.PastPath
			case e.Page != nil:
				to = e.Page.Path
			}
			words := strings.Join(e.Words, "; ")
			// A day that goes on is the same entry, updated.
			f.Entries = append(f.Entries, feed.Entry{Name: c.Path + day.Day.Format(time.DateOnly) + name, Path: to, Title: e.Name + ": " + words,
				Published: day.Day.Format(time.RFC3339), Updated: e.At.UTC().Format(time.RFC3339), Summary: words})
		}
	}
	return c.site.Bytes(f)
}
