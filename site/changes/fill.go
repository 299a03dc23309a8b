package changes

import (
	"slices"

	"lockstep/site"
	"lockstep/site/past"
)

// Hold keeps git at hand while many pages are filled; call what it gives when they are.
func (c *Changes) Hold() (done func()) { return c.blobs.Open(c.site.Dir) }

// Fill gives a copy of a page about changes with what it says; other pages stay.
func (c *Changes) Fill(p *site.Page) *site.Page {
	filled := *p
	switch p.Kind {
	case site.KindChanges:
		filled.Changes = c.list()
	case site.KindPast:
		defer c.Hold()()
		filled.Past = c.history(p.Past.Of)
	case site.KindDifference:
		if p.Compared != nil {
			return p
		}
		filled.Compared = c.difference(c.compared[p])
	default:
		return p
	}
	return &filled
}

// history is the past of a page as far as the site tells it.
func (c *Changes) history(p *site.Page) *site.PageHistory {
	revisions := c.site.Past.Of[p.Source]
	h := &site.PageHistory{Of: p, Older: len(revisions) == past.MaxOfFile, Pending: slices.Contains(c.pending, p.Source), Latest: c.latest(p)}
	for _, r := range revisions {
		change := c.change(r)
		change.Path = c.paths[r]
		change.Words = c.said(pageRevision{r, p}).words()
		h.Shallow = h.Shallow || c.site.Past.Shallow && r.First
		h.Changes = append(h.Changes, change)
	}
	return h
}
