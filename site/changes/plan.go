package changes

import (
	"slices"
	"strings"
	"time"

	"lockstep/site"
	"lockstep/site/diff"
	"lockstep/site/feed"
	"lockstep/site/git"
	"lockstep/site/origin"
	"lockstep/site/past"
)

// Site is the site whose pages changed.
type Site struct {
	feed.Site        // whose feed of changes it is
	Dir       string // of the source tree, for git
	Past      *past.History
	Origin    origin.Origin
	Pages     map[string]*site.Page // by the files of their texts
	Edited    map[string]bool       // files that were seen to change since the past was read
	OfPage    int                   // how many differences of one page are kept, the newest
	OfAll     int                   // and of all pages together; 0: nothing is said of changes
	MaxText   int64                 // in bytes; larger texts of another day are not read
	Words     *Words

	// Place adds a page to the site, at its address or at one beside it that is free.
	Place func(*site.Page)
	// WasPage says whether a file that is gone was a page, by one of its names.
	WasPage func(names ...string) bool
	// Text is the text of a page as it is; false for a page without one.
	Text func(*site.Page) ([]byte, bool)
	// Read reads a text as that of the page would be read.
	Read func(*site.Page, []byte) Text
}

// Text is what is compared of a page.
type Text struct {
	Title    string
	Decision *site.Decision // nil if it is none
	diff.Text
}

// Changes are the pages that say what changed. They do not change themselves; any number
// of goroutines may fill them.
type Changes struct {
	Path   string       // of the list; "" where nothing is known of the past
	Newest time.Time    // of the changes that are listed
	Pages  []*site.Page // differences first: the others say what was found for them

	site     Site
	lists    []*site.Page
	entries  []pageRevision // newest first
	since    time.Time
	pending  []string // sources that differ from what was committed last, sorted
	compared map[*site.Page]comparison
	paths    map[*past.Revision]string // of the difference that a revision has
	blobs    git.Blobs
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

// Now is the part of an address, and the name, that stands for the text that no commit
// has.
const Now = "now"

var asItIs = site.Change{Subject: "the text as it is, which no commit has"}

// New finds which revisions of which pages are shown, and places their pages.
func New(s Site) *Changes {
	c := &Changes{site: s}
	h := s.Past
	if !h.Known || len(h.Recent) == 0 || s.OfAll == 0 {
		return c
	}
	list := &site.Page{Kind: site.KindChanges, Path: "/changes/", Title: "What changed", Summary: "The changes of all pages, newest first, from the history of the repository."}
	s.Place(list)
	c.Path, c.compared, c.paths = list.Path, make(map[*site.Page]comparison), make(map[*past.Revision]string)
	kept, ofPage := 0, make(map[*site.Page]int)
	for _, r := range h.Recent {
		p := s.Pages[r.File]
		if kept >= s.OfAll {
			c.since = c.entries[len(c.entries)-1].At
			break
		}
		if p == nil && (r != h.Of[r.File][0] || r.Status != 'D' || !s.WasPage(r.Was, r.File)) {
			continue
		}
		if r.At.After(c.Newest) {
			c.Newest = r.At
		}
		c.entries = append(c.entries, pageRevision{r, p})
		if p == nil || !comparable(r, h.Shallow) || ofPage[p] >= s.OfPage {
			continue
		}
		kept++
		ofPage[p]++
		c.keepPast(p)
		c.paths[r] = c.keepDifference(r.Hash[:10], comparison{of: p, before: r.Before, after: r.After, from: c.textBefore(r), to: c.change(r)})
	}
	if h.More && c.since.IsZero() {
		c.since = c.entries[len(c.entries)-1].At
	}
	c.pending = c.differing()
	for _, file := range c.pending {
		p, of := s.Pages[file], h.Of[file]
		if len(of) > 0 && of[0].After != "" {
			c.keepPast(p)
			c.keepDifference(Now, comparison{of: p, before: of[0].After, from: c.change(of[0]), to: asItIs})
		}
	}
	c.Pages = append(append(c.Pages, c.lists...), list)
	return c
}

// comparable says whether a revision has a text before it that a reader may compare. The
// first commits of a shallow clone seem to make all files.
func comparable(r *past.Revision, shallow bool) bool {
	return r.Before != "" && r.After != "" && r.Before != r.After && r.Status != 'A' && r.Status != 'C' && r.Status != 'D' && !(shallow && r.First)
}

// differing are the sources that differ from what was committed last.
func (c *Changes) differing() (files []string) {
	h := c.site.Past
	for file, p := range c.site.Pages {
		if _, ok := c.site.Text(p); ok && (c.site.Edited[file] || h.Edited[file] || len(h.Of[file]) == 0) {
			files = append(files, file)
		}
	}
	slices.Sort(files)
	return files
}

// keepPast makes the page that lists the revisions of p.
func (c *Changes) keepPast(p *site.Page) {
	if p.PastPath != "" {
		return
	}
	below := strings.TrimPrefix(p.Path, "/")
	if below == "" {
		below = "home/"
	}
	list := &site.Page{Kind: site.KindPast, Path: c.Path + below, Title: "History of " + p.Title, Past: &site.PageHistory{Of: p}}
	c.site.Place(list)
	p.PastPath = list.Path
	c.lists = append(c.lists, list)
}

func (c *Changes) keepDifference(name string, between comparison) string {
	p := between.of
	d := &site.Page{Kind: site.KindDifference, Path: p.PastPath + name + "/", Title: p.Title + ": what changed"}
	c.site.Place(d)
	c.Pages = append(c.Pages, d)
	c.compared[d] = between
	return d.Path
}

// textBefore is the revision whose text another one changed.
func (c *Changes) textBefore(r *past.Revision) site.Change {
	for _, other := range c.site.Past.Of[r.File] {
		if other.After == r.Before && other != r {
			return c.change(other)
		}
	}
	return site.Change{Subject: "the text before"}
}

// change is a revision without what its text says.
func (c *Changes) change(r *past.Revision) site.Change {
	return site.Change{Commit: r.Hash, At: r.At, Author: r.Author, Subject: r.Subject, URL: c.site.Origin.Change(r.Hash)}
}

// latest is the path of the difference between the last commit's text of a page and the
// text as it is; "" for none.
func (c *Changes) latest(p *site.Page) string {
	for d, between := range c.compared {
		if between.of == p && between.after == "" {
			return d.Path
		}
	}
	return ""
}
