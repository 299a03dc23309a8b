package build

import (
	"slices"
	"strings"
	"time"

	"lockstep/site"
	"lockstep/site/diff"
	"lockstep/site/git"
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
	paths    map[*revision]string // of the difference that a revision has
	git.Blobs
}

// pageRevision is a revision of a page, or of one that is gone.
type pageRevision struct {
	*revision
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
func (t *Tree) textBefore(r *revision) site.Change {
	for _, other := range t.history.past.of[r.file] {
		if other.after == r.before && other != r {
			return t.change(other)
		}
	}
	return site.Change{Subject: "the text before"}
}

// addChanges finds which revisions of which pages are shown, and where.
func (t *Tree) addChanges() {
	past := &t.history.past
	each, all := t.config.Changes.limits()
	if !t.history.known || len(past.recent) == 0 || all == 0 {
		return
	}
	c := &t.changes
	c.path, c.compared, c.paths = t.free("/changes/"), make(map[*site.Page]comparison), make(map[*revision]string)
	kept, ofPage := 0, make(map[*site.Page]int)
	for _, r := range past.recent {
		p := t.bySource[r.file]
		if kept >= all {
			c.since = c.entries[len(c.entries)-1].at
			break
		}
		if p == nil && (r != past.of[r.file][0] || r.status != 'D' || !t.published(r.was, r.file)) {
			continue
		}
		if r.at.After(c.newest) {
			c.newest = r.at
		}
		c.entries = append(c.entries, pageRevision{r, p})
		if p == nil || !r.comparable(t.history.shallow) || ofPage[p] >= each {
			continue
		}
		kept++
		ofPage[p]++
		t.keepPast(p)
		c.paths[r] = t.keepDifference(p, r.hash[:10], comparison{before: r.before, after: r.after, from: t.textBefore(r), to: t.change(r)})
	}
	if past.more && c.since.IsZero() {
		c.since = c.entries[len(c.entries)-1].at
	}
	c.pending = t.pending()
	for _, file := range c.pending {
		p, of := t.bySource[file], past.of[file]
		if len(of) > 0 && of[0].after != "" {
			t.keepPast(p)
			t.keepDifference(p, now, comparison{before: of[0].after, from: t.change(of[0]), to: asItIs})
		}
	}
	c.pages = append(append(c.pages, c.lists...), t.addPage(&site.Page{Kind: site.KindChanges, Path: c.path, Title: "What changed", Summary: "The changes of all pages, newest first, from the history of the repository."}))
}

// comparable says whether a revision has a text before it that a reader may compare. The
// first commits of a shallow clone seem to make all files.
func (r *revision) comparable(shallow bool) bool {
	return r.before != "" && r.after != "" && r.before != r.after && r.status != 'A' && r.status != 'C' && r.status != 'D' && !(shallow && r.first)
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
		if t.documents[p] != nil && (t.edited[file] || t.history.past.edited[file] || len(t.history.past.of[file]) == 0) {
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
func (t *Tree) change(r *revision) site.Change {
	return site.Change{Commit: r.hash, At: r.at, Author: r.author, Subject: r.subject, URL: t.origin.Change(r.hash)}
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
	revisions := t.history.past.of[p.Source]
	h := &site.PageHistory{Of: p, Older: len(revisions) == maxPast, Pending: slices.Contains(t.changes.pending, p.Source)}
	for d, c := range t.changes.compared {
		if c.of == p && c.after == "" {
			h.Latest = d.Path
		}
	}
	for _, r := range revisions {
		change := t.change(r)
		change.Path = t.changes.paths[r]
		change.Words = t.changeOf(pageRevision{r, p}).words()
		h.Shallow = h.Shallow || t.history.shallow && r.first
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
		if len(t.history.past.of[file]) > 0 {
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
		if t.history.shallow && e.first {
			if list.Shallow.IsZero() || e.at.After(list.Shallow) {
				list.Shallow = e.at
			}
			continue
		}
		c := t.changeOf(e)
		if len(c.words()) == 0 {
			continue // nothing that a reader sees
		}
		if date := e.at.UTC().Truncate(24 * time.Hour); day == nil || !day.Day.Equal(date) {
			flush()
			day = &site.ChangeDay{Day: date}
			clear(at)
			said = said[:0]
		}
		i, ok := at[e.file]
		if !ok {
			i = len(day.Entries)
			at[e.file] = i
			said = append(said, change{})
			day.Entries = append(day.Entries, site.ChangeEntry{Page: e.page, Name: t.nameOfEntry(e), At: e.at, Commit: e.hash})
		}
		entry := &day.Entries[i]
		said[i] = c.then(said[i])
		entry.Words = said[i].words()
		if path := t.changes.paths[e.revision]; path != "" {
			change := t.change(e.revision)
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
	return e.file
}

// nameOf is how people call a page.
func nameOf(p *site.Page) string {
	if p.Decision != nil && p.Kind == site.KindDecision {
		return p.Decision.ID + ": " + p.Title
	}
	return p.Title
}
