package build

import (
	"slices"
	"strings"
	"time"

	"lockstep/site"
	"lockstep/site/diff"
	"lockstep/site/git"
	"lockstep/site/past"
)

// changed are the pages that say what changed. Where they stand is known from the log of
// the repository alone; what they say is worked out when somebody reads them.
type changed struct {
	path     string // "" where nothing is known of the past
	newest   time.Time
	pages    []*site.Page // differences first: the others say what was found for them
	lists    []*site.Page
	entries  []pageRevision // newest first
	since    time.Time
	pending  []string // sources that differ from what was committed last, sorted
	compared map[*site.Page]comparison
	paths    map[*past.Revision]string // of the difference that a revision has
	git.Blobs
}

// pageRevision is a revision of a page, or of one that is gone.
type pageRevision struct {
	*past.Revision
	page *site.Page
}

// comparison is a page between two of its texts; after is "" for the text as it is now.
type comparison struct {
	of            *site.Page
	before, after string
	from, to      site.Change
}

// now is the part of an address that stands for the text that no commit has.
const now = "now"

var asItIs = site.Change{Subject: "the text as it is, which no commit has"}

// textBefore is the revision whose text another one changed.
func (t *Tree) textBefore(r *past.Revision) site.Change {
	for _, other := range t.history.Of[r.File] {
		if other.After == r.Before && other != r {
			return t.change(other)
		}
	}
	return site.Change{Subject: "the text before"}
}

// addChanges finds which revisions of which pages are shown, and where.
func (t *Tree) addChanges() {
	h := t.history
	each, all := t.config.Changes.limits()
	if !t.history.Known || len(h.Recent) == 0 || all == 0 {
		return
	}
	c := &t.changes
	c.path, c.compared, c.paths = t.free("/changes/"), make(map[*site.Page]comparison), make(map[*past.Revision]string)
	kept, ofPage := 0, make(map[*site.Page]int)
	for _, r := range h.Recent {
		p := t.bySource[r.File]
		if kept >= all {
			c.since = c.entries[len(c.entries)-1].At
			break
		}
		if p == nil && (r != h.Of[r.File][0] || r.Status != 'D' || !t.published(r.Was, r.File)) {
			continue
		}
		if r.At.After(c.newest) {
			c.newest = r.At
		}
		c.entries = append(c.entries, pageRevision{r, p})
		if p == nil || !comparable(r, t.history.Shallow) || ofPage[p] >= each {
			continue
		}
		kept++
		ofPage[p]++
		t.keepPast(p)
		c.paths[r] = t.keepDifference(p, r.Hash[:10], comparison{before: r.Before, after: r.After, from: t.textBefore(r), to: t.change(r)})
	}
	if h.More && c.since.IsZero() {
		c.since = c.entries[len(c.entries)-1].At
	}
	c.pending = t.pending()
	for _, file := range c.pending {
		p, of := t.bySource[file], h.Of[file]
		if len(of) > 0 && of[0].After != "" {
			t.keepPast(p)
			t.keepDifference(p, now, comparison{before: of[0].After, from: t.change(of[0]), to: asItIs})
		}
	}
	c.pages = append(append(c.pages, c.lists...), t.addPage(&site.Page{Kind: site.KindChanges, Path: c.path, Title: "What changed", Summary: "The changes of all pages, newest first, from the history of the repository."}))
}

// comparable says whether a revision has a text before it that a reader may compare. The
// first commits of a shallow clone seem to make all files.
func comparable(r *past.Revision, shallow bool) bool {
	return r.Before != "" && r.After != "" && r.Before != r.After && r.Status != 'A' && r.Status != 'C' && r.Status != 'D' && !(shallow && r.First)
}

// published says whether a file that is gone was a page, as far as can be told today.
func (t *Tree) published(names ...string) bool {
	return slices.ContainsFunc(names, func(file string) bool {
		return file != "" && !slices.ContainsFunc(strings.Split(file, "/"), skipDir) && len(t.config.pathsOf(file)) > 0 && t.redirects[t.config.pathsOf(file)[0]] == ""
	})
}

// pending are the sources that differ from what was committed last.
func (t *Tree) pending() (files []string) {
	for file, p := range t.bySource {
		if t.documents[p] != nil && (t.edited[file] || t.history.Edited[file] || len(t.history.Of[file]) == 0) {
			files = append(files, file)
		}
	}
	slices.Sort(files)
	return files
}

func (t *Tree) addPage(p *site.Page) *site.Page {
	t.byPath[p.Path] = p
	return p
}

// keepPast makes the page that lists the revisions of p.
func (t *Tree) keepPast(p *site.Page) {
	if p.PastPath != "" {
		return
	}
	below := strings.TrimPrefix(p.Path, "/")
	if below == "" {
		below = "home/"
	}
	p.PastPath = t.free(t.changes.path + below)
	t.changes.lists = append(t.changes.lists, t.addPage(&site.Page{Kind: site.KindPast, Path: p.PastPath, Title: "History of " + p.Title, Past: &site.PageHistory{Of: p}}))
}

func (t *Tree) keepDifference(p *site.Page, name string, c comparison) string {
	c.of = p
	d := t.addPage(&site.Page{Kind: site.KindDifference, Path: t.free(p.PastPath + name + "/"), Title: p.Title + ": what changed"})
	t.changes.pages = append(t.changes.pages, d)
	t.changes.compared[d] = c
	return d.Path
}

// change is a revision without what its text says.
func (t *Tree) change(r *past.Revision) site.Change {
	return site.Change{Commit: r.Hash, At: r.At, Author: r.Author, Subject: r.Subject, URL: t.origin.Change(r.Hash)}
}

// fillChanges gives a copy of a page about changes with what it says; other pages stay.
func (t *Tree) fillChanges(p *site.Page) *site.Page {
	filled := *p
	switch p.Kind {
	case site.KindChanges:
		defer t.changes.Open(t.builder.dir)()
		filled.Changes = t.changeList()
	case site.KindPast:
		defer t.changes.Open(t.builder.dir)()
		filled.Past = t.pageHistory(p.Past.Of)
	case site.KindDifference:
		if p.Compared != nil {
			return p
		}
		defer t.changes.Open(t.builder.dir)()
		c := t.changes.compared[p]
		filled.Compared = t.difference(c)
		filled.Compared.History = c.of.PastPath
	default:
		return p
	}
	return &filled
}

func (t *Tree) difference(c comparison) *site.Difference {
	d := &site.Difference{Of: c.of, From: c.from, To: c.to}
	told, all := t.tell(c.of, c.before, c.after, true)
	d.To.Words = told.words()
	d.Pieces, d.Omitted = diff.Fold(all)
	reveal(d.Pieces)
	return d
}

// pageHistory is the past of a page as far as the site tells it.
func (t *Tree) pageHistory(p *site.Page) *site.PageHistory {
	revisions := t.history.Of[p.Source]
	h := &site.PageHistory{Of: p, Older: len(revisions) == past.MaxOfFile, Pending: slices.Contains(t.changes.pending, p.Source)}
	for d, c := range t.changes.compared {
		if c.of == p && c.after == "" {
			h.Latest = d.Path
		}
	}
	for _, r := range revisions {
		change := t.change(r)
		change.Path = t.changes.paths[r]
		change.Words = t.changeOf(pageRevision{r, p}).words()
		h.Shallow = h.Shallow || t.history.Shallow && r.First
		h.Changes = append(h.Changes, change)
	}
	return h
}

// changeList groups what changed by day and page.
func (t *Tree) changeList() *site.ChangeList {
	list := &site.ChangeList{Since: t.changes.since, Feed: t.ChangesFeedPath()}
	for _, file := range t.changes.pending {
		p := t.bySource[file]
		e := site.ChangeEntry{Page: p, Name: nameOf(p), Words: []string{"new"}}
		if len(t.history.Of[file]) > 0 {
			e.Words = []string{"edited"}
		}
		for d, c := range t.changes.compared {
			if c.of == p && c.after == "" {
				e.Changes = []site.Change{{Path: d.Path}}
			}
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
	for _, e := range t.changes.entries {
		if t.history.Shallow && e.First {
			if list.Shallow.IsZero() || e.At.After(list.Shallow) {
				list.Shallow = e.At
			}
			continue
		}
		c := t.changeOf(e)
		if len(c.words()) == 0 {
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
			day.Entries = append(day.Entries, site.ChangeEntry{Page: e.page, Name: t.nameOfEntry(e), At: e.At, Commit: e.Hash})
		}
		entry := &day.Entries[i]
		said[i] = c.then(said[i])
		entry.Words = said[i].words()
		if path := t.changes.paths[e.Revision]; path != "" {
			change := t.change(e.Revision)
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

func (t *Tree) nameOfEntry(e pageRevision) string {
	if e.page != nil {
		return nameOf(e.page)
	}
	return e.File
}

// nameOf is how people call a page.
func nameOf(p *site.Page) string {
	if p.Decision != nil && p.Kind == site.KindDecision {
		return p.Decision.ID + ": " + p.Title
	}
	return p.Title
}
