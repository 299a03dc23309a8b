// Package view turns pages into HTML: the layout, the page kinds, their parts.
//
// It takes values of package site and returns templ components; nothing here
// reads a file or knows a URL that it was not given. Links are relative to the
// page (see site.Rel). There is no inline script and no inline style, so a
// strict Content-Security-Policy holds. The one place where markup is printed
// unescaped takes a site.HTML.
//
// # The home page
//
// A page of kind home is ordinary Markdown that reads well on a Git host. Its
// first paragraph becomes the statement. Below "## The contract" a numbered list
// becomes a row of properties; below "## Three numbers" a table (value, what it
// is, its ground) becomes cards. Everything else is prose.
package view

import (
	"cmp"
	"context"
	"fmt"
	"html"
	"io"
	"strings"
	"time"

	"github.com/a-h/templ"

	"lockstep/site"
)

// Program is a WebAssembly program, by the rooted paths of its parts.
type Program struct {
	Wasm, Exec string
	Bugs       string // the same with deliberate bugs, one of which a run can switch on; "" where it was not built in
}

// Site is what every page shows around its own content.
type Site struct {
	Title   string
	Tagline string
	BaseURL string // with a slash at its end, or "" if it is not known
	Nav     []NavSection
	// Asset gives the rooted path of a static file: "css/site.css" becomes
	// "/static/site.1a2b3c4d.css".
	Asset   func(name string) string
	Commit  site.Commit
	Shallow bool // the history is cut off, so dates of creation are not known
	// Feed is the rooted path of the feed of the decisions, or "" if there are none.
	Feed string
	// Edition and Printed are the rooted paths of the site as one document and as a PDF,
	// or "".
	Edition, Printed string
	// Stream is the rooted path of the stream of all that a page follows live, or ""
	// where no server is behind it.
	Stream string
	// Worker is the rooted path of the worker that keeps pages in browsers, or "".
	Worker string
	// Version names the state of the sources that the page shows, as the stream does.
	Version string
	// Problems stand above the page, while somebody writes; Strict unfolds them.
	Problems []Problem
	Strict   bool
	// Live is the laboratory as it is now, or nil where no cluster runs.
	Live func() site.HTML
	// Counts tells that the server says what a service beside the site has counted for
	// its objectives.
	Counts bool
	// Program is the laboratory for the reader's browser, or nil where it was not
	// built.
	Program *Program
	// Search and Index are the paths of the search and of the index from A to Z, ""
	// where there are none.
	Search, Index string
	// Changes is the path of what changed, "" where that is not known; Changed is when the
	// newest change came.
	Changes string
	Changed time.Time
	// Absolute makes links absolute below this prefix: only for the page that is
	// shown at any address, 404.
	Absolute string
	// Paths is the rooted path of the list of all pages, for a page 404 that nobody
	// serves; "" where p.Pages are the nearest ones.
	Paths string
}

// NavSection is a group of the navigation.
type NavSection struct {
	Title string
	Path  string // of the section's own page, or "" if it has none
	Pages []*site.Page
	// Groups are the parts of a log that is too long to be listed.
	Groups []site.Group
	Top    bool // shown in the header too
}

// href is the address of a rooted path, seen from the page.
func (s *Site) href(p *site.Page, to string) templ.SafeURL {
	if s.Absolute != "" {
		return templ.SafeURL(strings.TrimSuffix(s.Absolute, "/") + to)
	}
	return templ.SafeURL(site.Rel(p.Path, to))
}

func (s *Site) asset(p *site.Page, name string) string { return string(s.href(p, s.Asset(name))) }

// raw prints markup that was made by this program. It is the only use of
// unescaped output in this package.
func raw(markup site.HTML) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, string(markup))
		return err
	})
}

// title is what the browser's tab says.
func (s *Site) title(p *site.Page) string {
	if p.Kind == site.KindHome || p.Title == s.Title {
		return s.Title + ": " + p.Title
	}
	return p.Title + " · " + s.Title
}

func (s *Site) canonical(p *site.Page) string {
	if s.BaseURL == "" || p.Kind == site.KindNotFound {
		return ""
	}
	return strings.TrimSuffix(s.BaseURL, "/") + p.Path
}

// frameOf is the markup with which another page shows this one.
func frameOf(s *Site, p *site.Page) string {
	return fmt.Sprintf(`<iframe src="%s%s" title="%s" width="760" height="640" loading="lazy"></iframe>`,
		strings.TrimSuffix(cmp.Or(s.BaseURL, "https://ADDRESS-OF-THIS-SITE"), "/"), p.Path, html.EscapeString(p.Title))
}

// frameClass says which columns a page has.
func frameClass(p *site.Page) string {
	switch {
	case p.Kind == site.KindLab:
		return "frame alone"
	case reviewed(p):
		return "frame reviewed"
	case hasOutline(p):
		return "frame"
	}
	return "frame no-outline"
}

// styles are the stylesheets that a page loads beside the site's.
func styles(p *site.Page) (names []string) {
	for _, own := range []struct {
		name string
		uses bool
	}{
		{"search", p.Kind == site.KindSearch || p.Kind == site.KindIndex},
		{"changes", p.Changes != nil || p.Past != nil || p.Compared != nil},
		{"lab", p.Kind == site.KindLab},
		{"lab-first", p.Kind == site.KindLab},
		{"lab-many", p.Kind == site.KindLab},
		{"bugs", len(p.Bugs) > 0},
		{"log", p.Kind == site.KindLog || p.Kind == site.KindGraph || p.Kind == site.KindLists},
		{"milestones", p.Kind == site.KindMilestones},
		{"play", p.Plays},
		{"run", p.Shows},
		{"review", p.Review != nil || p.Kind == site.KindReviews},
	} {
		if own.uses {
			names = append(names, own.name)
		}
	}
	return names
}

// reviewed says whether a page keeps a column for what people say about it. The
// column is there before the first comment, so that none moves the text; the outline
// stands on the other side. A page that is laid out by itself keeps its width, and
// comments stand below its words.
func reviewed(p *site.Page) bool { return p.Review != nil && !laidOut(p) }

// hasOutline: a short page needs none, and the home page is one.
func hasOutline(p *site.Page) bool { return !laidOut(p) && len(p.Outline) >= 2 }

// hasByline says whether a page says below its title how it stands, of when and by whom
// it is, or how long it takes to read: a text, a list that a text introduces, and a home
// page that has a status or authors.
func hasByline(p *site.Page) bool {
	stands := p.Meta.Status != "" || len(p.Meta.Authors) > 0
	switch p.Kind {
	case site.KindDocument, site.KindRunbook, site.KindSection:
		return stands || p.Meta.Date != "" || isLong(p)
	case site.KindHome:
		return stands
	}
	return false
}

// isLong says whether it is worth saying how long a text takes to read.
func isLong(p *site.Page) bool { return p.Words > 200 }

// laidOut are the pages that are more than a text. A list whose text needs an outline is
// shown as a text, with the list below.
func laidOut(p *site.Page) bool {
	switch p.Kind {
	case site.KindSection:
		return len(p.Outline) < 2
	case site.KindSearch, site.KindIndex, site.KindChanges, site.KindPast, site.KindDifference, site.KindHome, site.KindLog, site.KindGraph, site.KindLists, site.KindLab, site.KindReviews, site.KindMilestones, site.KindBugs, site.KindNotFound:
		return true
	}
	return false
}

// unfolded says whether the navigation shows the pages of a section: where the
// reader is, and the first section for those who are nowhere yet.
func (s *Site) unfolded(p *site.Page, section NavSection) bool {
	if section.Path == "" || section.Path == "/"+p.Section+"/" {
		return true
	}
	lists := false
	for _, other := range s.Nav {
		if other.Path == "/"+p.Section+"/" && len(other.Pages) > 1 {
			lists = true
		}
	}
	return !lists && section.Path == s.Nav[0].Path
}

// kicker names the section above the title.
func (s *Site) kicker(p *site.Page) (text, path string) {
	for _, section := range s.Nav {
		for _, other := range section.Pages {
			if other.Path == p.Path && section.Path != "" && section.Path != p.Path {
				return section.Title, section.Path
			}
		}
	}
	if p.Decision != nil {
		return "Decisions", "/" + p.Section + "/"
	}
	return "", ""
}

func day(t time.Time) string { return t.UTC().Format("2 January 2006") }

func people(names []string) string { return strings.Join(names, ", ") }

// past says when a page came to be and by whom.
func past(h site.History) string {
	said := "Updated " + day(h.Updated)
	if !h.Created.IsZero() {
		said = "Created " + day(h.Created) + ", updated " + day(h.Updated)
	}
	if len(h.Authors) > 0 {
		said += " by " + people(h.Authors)
	}
	return said + "."
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// readingMinutes at 220 words a minute.
func readingMinutes(p *site.Page) string { return fmt.Sprintf("%d min", max(1, (p.Words+110)/220)) }

// relationWords say a relation as a label.
var relationWords = map[site.Relation]string{
	site.Supersedes: "Supersedes", site.SupersededBy: "Superseded by", site.Amends: "Amends",
	site.AmendedBy: "Amended by", site.Relates: "Relates to",
}

var relationOrder = []site.Relation{site.SupersededBy, site.Supersedes, site.AmendedBy, site.Amends, site.Relates}

// label is how people call a decision: "ADR-0007", or its date.
func label(d *site.Decision) string { return d.ID }
