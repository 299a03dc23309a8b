package build

import (
	"strings"
	"sync"

	"lockstep/site"
	"lockstep/site/markdown"
	"lockstep/site/search"
)

// lookup is how the words of a tree are found.
type lookup struct {
	once  sync.Once
	index *search.Index
}

// searchable is what was read of a document for the search, good for as long as its
// page says the same about itself.
type searchable struct {
	page     search.Page // without sections
	prepared *search.Prepared
}

// SearchIndex is the index of all pages. It is made when somebody first asks, from what
// was read for the trees before this one where the documents are the same.
func (t *Tree) SearchIndex() *search.Index {
	t.lookup.once.Do(func() {
		prepared := make([]*search.Prepared, len(t.Pages))
		parallel(len(t.Pages), func(i int) { prepared[i] = t.prepare(t.Pages[i]) })
		t.lookup.index = t.joinSearch(prepared)
	})
	return t.lookup.index
}

func (t *Tree) joinSearch(prepared []*search.Prepared) *search.Index {
	return search.Build(prepared, t.synonyms())
}

func (t *Tree) prepare(p *site.Page) *search.Prepared {
	d := t.documents[p]
	if d == nil {
		return search.Prepare(t.searchPage(p, search.Generated(p)))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	page := t.searchPage(p, nil)
	if d.found == nil || !sameFacts(d.found.page, page) {
		full := page
		full.Sections = t.parser.Parse(d.Source, d.text, d.kind).Sections()
		d.found = &searchable{page, search.Prepare(full)}
	}
	return d.found.prepared
}

// prepareParsed is prepare for a page that was parsed to be written.
func (t *Tree) prepareParsed(p *site.Page, parsed *markdown.Document) *search.Prepared {
	if parsed == nil {
		return search.Prepare(t.searchPage(p, search.Generated(p)))
	}
	return search.Prepare(t.searchPage(p, parsed.Sections()))
}

// kindNames are what a reader chooses among.
var kindNames = map[site.Kind]string{
	site.KindHome: "Text", site.KindDocument: "Text", site.KindSection: "List", site.KindLog: "List", site.KindDecision: "Decision", site.KindRunbook: "Runbook",
	site.KindLab: "Laboratory", site.KindGlossary: "Glossary", site.KindSources: "Sources", site.KindModel: "Model", site.KindMilestones: "List", site.KindBugs: "List",
}

// searchPage is what the search knows of a page.
func (t *Tree) searchPage(p *site.Page, sections []site.Section) search.Page {
	found := search.Page{Path: p.Path, Title: p.Title, Summary: p.Summary, Kind: kindNames[p.Kind], Status: p.Meta.Status, Date: p.Meta.Date, Tags: p.Meta.Tags, Glossary: p.Kind == site.KindGlossary, Sections: sections}
	if d := p.Decision; d != nil && p.Kind == site.KindDecision {
		found.ID, found.Status, found.Date, found.Deciders = d.ID, string(d.Status), d.Date, d.Deciders
		switch d.Status {
		case site.StatusSuperseded, site.StatusDeprecated:
			found.Old = true
		}
		for _, s := range t.series {
			if s.section() == p.Section {
				found.Series = t.sectionTitle(p.Section, s.Name)
			}
		}
	}
	if kindNames[p.Kind] == "List" && p.Meta.Summary == "" {
		found.Summary = "" // it says what other pages say
	}
	if len(found.Date) < len("2006") || strings.Trim(found.Date[:4], "0123456789") != "" {
		found.Date = "" // no reader can choose its year
	}
	return found
}

func sameFacts(a, b search.Page) bool {
	return a.Path == b.Path && a.ID == b.ID && a.Title == b.Title && a.Summary == b.Summary && a.Kind == b.Kind && a.Status == b.Status && a.Series == b.Series &&
		a.Date == b.Date && a.Old == b.Old && a.Glossary == b.Glossary && strings.Join(a.Tags, "\n") == strings.Join(b.Tags, "\n") && strings.Join(a.Deciders, "\n") == strings.Join(b.Deciders, "\n")
}

// synonyms are the spellings under which glossaries list a term. "Write-ahead log (WAL)"
// is two of them.
func (t *Tree) synonyms() (groups [][]string) {
	for _, p := range t.Pages {
		d := t.documents[p]
		if d == nil || p.Kind != site.KindGlossary {
			continue
		}
		for _, term := range d.Terms {
			var group []string
			for _, spelling := range append([]string{term.Name}, term.Aliases...) {
				before, inside, ok := strings.Cut(strings.TrimSuffix(spelling, ")"), " (")
				group = append(group, before)
				if ok {
					group = append(group, inside)
				}
			}
			groups = append(groups, group)
		}
	}
	return groups
}

// addSearch adds the pages of the search.
func (t *Tree) addSearch() {
	t.searchPath, t.indexPath = t.free("/search/"), t.free("/index-a-z/")
	t.addAside(&site.Page{Kind: site.KindSearch, Path: t.searchPath, Title: "Search"})
	for _, p := range t.indexPages() {
		t.addAside(p)
	}
}

// free is the address, or the next one that no page has.
func (t *Tree) free(path string) string {
	for base, n := strings.TrimSuffix(path, "/"), 2; t.byPath[path] != nil; n++ {
		path = base + "-" + itoa(n) + "/"
	}
	return path
}

// addAside adds a page that only leads to others. It is not among Pages: nobody searches
// it, and other pages lead to it by themselves.
func (t *Tree) addAside(p *site.Page) {
	t.byPath[p.Path] = p
	t.aside = append(t.aside, p)
}
