package changes

import (
	"time"

	"lockstep/site"
)

// list groups what changed by day and page.
func (c *Changes) list() *site.ChangeList {
	defer c.Hold()()
	list := &site.ChangeList{Since: c.since, Feed: c.FeedPath()}
	for _, file := range c.pending {
		p := c.site.Pages[file]
		e := site.ChangeEntry{Page: p, Name: nameOf(p), Words: []string{"new"}}
		if len(c.site.Past.Of[file]) > 0 {
			e.Words = []string{"edited"}
		}
		if latest := c.latest(p); latest != "" {
			e.Changes = []site.Change{{Path: latest}}
		}
		list.Pending = append(list.Pending, e)
	}
	var day *site.ChangeDay
	at := make(map[string]int) // entries of the day, by file
	var said []change          // of each of them
	flush := func() {
		if day != nil && len(day.Entries)+len(day.New) > 0 {
			list.Days = append(list.Days, folded(*day))
		}
	}
	for _, e := range c.entries {
		if c.site.Past.Shallow && e.First {
			if list.Shallow.IsZero() || e.At.After(list.Shallow) {
				list.Shallow = e.At
			}
			continue
		}
		what := c.said(e)
		if len(what.words()) == 0 {
			continue // nothing that a reader sees
		}
		if date := e.At.UTC().Truncate(24 * time.Hour); day == nil || !day.Day.Equal(date) {
			flush()
			day = &site.ChangeDay{Day: date}
			clear(at)
			said = said[:0]
		}
		i, ok := at[e.File]
		if !ok {
			i = len(day.Entries)
			at[e.File] = i
			said = append(said, change{})
			entry := site.ChangeEntry{Page: e.page, Name: e.File, At: e.At, Commit: e.Hash}
			if e.page != nil {
				entry.Name = nameOf(e.page)
			}
			day.Entries = append(day.Entries, entry)
		}
		entry := &day.Entries[i]
		said[i] = what.then(said[i])
		entry.Words = said[i].words()
		if path := c.paths[e.Revision]; path != "" {
			change := c.change(e.Revision)
			change.Path = path
			entry.Changes = append(entry.Changes, change)
		}
	}
	flush()
	return list
}

// maxNew is how many new pages of one day are told one by one.
const maxNew = 12

// folded takes pages that are only new out of a day that has many.
func folded(day site.ChangeDay) site.ChangeDay {
	onlyNew := func(e site.ChangeEntry) bool { return len(e.Words) == 1 && e.Words[0] == "new" }
	n := 0
	for _, e := range day.Entries {
		if onlyNew(e) {
			n++
		}
	}
	if n <= maxNew {
		return day
	}
	var rest []site.ChangeEntry
	for _, e := range day.Entries {
		if onlyNew(e) {
			day.New = append(day.New, e)
		} else {
			rest = append(rest, e)
		}
	}
	day.Entries = rest
	return day
}

// nameOf is how people call a page.
func nameOf(p *site.Page) string {
	if p.Decision != nil && p.Kind == site.KindDecision {
		return p.Decision.ID + ": " + p.Title
	}
	return p.Title
}
