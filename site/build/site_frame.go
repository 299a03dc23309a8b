package build

import (
	"cmp"
	"strings"

	"lockstep/site"
	"lockstep/site/edition"
	"lockstep/site/view"
)

// baseURL is where the site will be published, "" if that is not known.
func (t *Tree) baseURL() string {
	base := cmp.Or(t.builder.options.BaseURL, t.config.URL)
	if base != "" && !strings.HasSuffix(base, "/") {
		base += "/"
	}
	return base
}

// siteFrame is what every page shows around itself.
func (t *Tree) siteFrame() view.Site {
	s := view.Site{Program: labProgram(), Title: t.config.Title, Tagline: t.config.Tagline, BaseURL: t.baseURL(),
		Commit: t.history.Commit, Shallow: t.history.Shallow, Asset: AssetPath}
	s.Commit.Dirty = s.Commit.Hash != "" && (s.Commit.Dirty || t.uncommitted)
	s.Search, s.Index = t.searchPath, t.indexPath
	s.Changes, s.Changed = t.Changes.Path, t.Changes.Newest
	if len(t.decisions) > 0 {
		s.Feed = feedPath
	}
	if t.hasEdition() {
		s.Edition = edition.Path
	}
	if t.builder.options.Print != nil {
		s.Printed = edition.PDF
	}
	var sections []string
	grouped := make(map[string][]*site.Page)
	for _, p := range t.Pages {
		if p.Path == "/" {
			continue
		}
		if grouped[p.Section] == nil {
			sections = append(sections, p.Section)
		}
		grouped[p.Section] = append(grouped[p.Section], p)
	}
	for i, section := range sections {
		n := view.NavSection{Pages: grouped[section], Top: i < 6}
		if own := t.byPath["/"+section+"/"]; own != nil && section != "" {
			n.Title, n.Path = t.sectionTitle(section, own.Title), own.Path
		} else {
			n.Title = "Documents"
		}
		if len(n.Pages) > maxNavPages {
			n.Pages = nil // a list of thousands helps nobody find anything
			if log := t.byPath[n.Path]; log != nil && log.Log != nil {
				n.Groups = log.Log.Groups()
			}
		}
		s.Nav = append(s.Nav, n)
	}
	return s
}

const maxNavPages = 60
