package build

import (
	"path"
	"slices"
	"strings"

	"lockstep/site"
)

// byName is the page that a wiki link names, seen from another: by the name of its file,
// by its path, or by its title. Of several, one in the same folder counts, then the one
// with the shortest path. Nil if there is none.
func (t *Tree) byName(from *site.Page, name string) *site.Page {
	t.wikiOnce.Do(t.nameWiki)
	all := t.wikiNames[wikiName(name)]
	if len(all) == 0 {
		return nil
	}
	for _, p := range all {
		if path.Dir(p.Source) == path.Dir(from.Source) {
			return p
		}
	}
	return all[0]
}

func (t *Tree) nameWiki() {
	t.wikiNames = make(map[string][]*site.Page)
	titles := make(map[string][]*site.Page)
	for _, p := range t.Pages {
		if p.Source == "" {
			continue
		}
		file := strings.TrimSuffix(p.Source, path.Ext(p.Source))
		names := []string{wikiName(file), wikiName(path.Base(file))}
		if isIndex(path.Base(p.Source)) && path.Dir(file) != "." {
			names = append(names, wikiName(path.Base(path.Dir(file))))
		}
		slices.Sort(names)
		for _, name := range slices.Compact(names) {
			t.wikiNames[name] = append(t.wikiNames[name], p)
		}
		titles[wikiName(p.Title)] = append(titles[wikiName(p.Title)], p)
	}
	for title, pages := range titles {
		if len(t.wikiNames[title]) == 0 {
			t.wikiNames[title] = pages
		}
	}
	for _, pages := range t.wikiNames {
		slices.SortStableFunc(pages, func(a, b *site.Page) int { return len(a.Source) - len(b.Source) })
	}
}

// wikiName is a name as it is looked up: case, hyphens and underscores say nothing.
func wikiName(name string) string {
	name = strings.NewReplacer("-", " ", "_", " ").Replace(strings.ToLower(strings.TrimPrefix(name, "/")))
	return strings.Join(strings.Fields(strings.TrimSuffix(name, ".md")), " ")
}
