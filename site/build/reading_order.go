package build

import (
	"cmp"
	"path"
	"slices"

	"lockstep/site"
)

// order sorts pages into reading order and links neighbours.
func (t *Tree) order() {
	rank := func(section string) int {
		if i := slices.Index(t.config.Sections, section); i >= 0 {
			return i
		}
		return len(t.config.Sections)
	}
	slices.SortStableFunc(t.Pages, func(a, b *site.Page) int {
		return cmp.Or(
			cmp.Compare(boolRank(a.Path != "/"), boolRank(b.Path != "/")),
			cmp.Compare(rank(a.Section), rank(b.Section)),
			cmp.Compare(a.Section, b.Section),
			cmp.Compare(boolRank(a.Path != "/"+a.Section+"/"), boolRank(b.Path != "/"+b.Section+"/")),
			cmp.Compare(orderOf(a), orderOf(b)),
			cmp.Compare(placeOf(a), placeOf(b)))
	})
	var previous *site.Page
	for _, p := range t.Pages {
		if p.Path == "/"+p.Section+"/" || p.Section == "" {
			previous = nil
			continue
		}
		if previous != nil && previous.Section == p.Section {
			previous.Next, p.Prev = p, previous
		}
		previous = p
	}
	for _, p := range t.Pages {
		if p.Kind == site.KindSection && p.Path != "/" {
			p.Pages = nil
			for _, other := range t.Pages {
				if other.Section == p.Section && other != p {
					p.Pages = append(p.Pages, other)
				}
			}
		}
	}
}

// placeOf sorts a page by its file. The page of a folder stands before those within.
func placeOf(p *site.Page) string {
	if folder, name := path.Split(p.Source); isIndex(name) {
		return folder
	}
	return p.Source
}

func boolRank(b bool) int {
	if b {
		return 1
	}
	return 0
}

// orderOf: pages that say their place come first.
func orderOf(p *site.Page) int {
	if p.Meta.Order > 0 {
		return p.Meta.Order
	}
	return 1 << 30
}
