package build

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"lockstep/site"
)

// onePage is how many entries an index from A to Z has on one page.
const onePage = 400

// indexPages are the index from A to Z: one page, or one for each letter.
func (t *Tree) indexPages() []*site.Page {
	entries := t.indexEntries()
	letters := t.builder.alphabet.Letters(entries)
	first := &site.Page{Kind: site.KindIndex, Path: t.indexPath, Title: "Index from A to Z", Letters: letters,
		Summary: "Every page, term, identifier and tag by its name."}
	pages := []*site.Page{first}
	if len(entries) <= onePage {
		return pages
	}
	first.Letters = slices.Clone(letters)
	for i, letter := range letters {
		path := t.indexPath + letter.ID + "/"
		pages = append(pages, &site.Page{Kind: site.KindIndex, Path: path, Title: "Index: " + letter.Name, Letters: []site.Letter{letter}})
		first.Letters[i].Path, first.Letters[i].Entries = path, nil
	}
	return pages
}

// indexEntries are what has a name: pages, terms, identifiers that are defined, tags.
func (t *Tree) indexEntries() (entries []site.IndexEntry) {
	tagged := make(map[string][]*site.Page)
	for _, p := range t.Pages {
		e := site.IndexEntry{Name: p.Title, To: p.Path}
		if p.Decision != nil && p.Kind == site.KindDecision {
			e.What = p.Decision.ID
		}
		entries = append(entries, e)
		for _, tag := range p.Meta.Tags {
			tagged[tag] = append(tagged[tag], p)
		}
		if d := t.documents[p]; d != nil && p.Kind == site.KindGlossary {
			for _, term := range d.Terms {
				for _, spelling := range append([]string{term.Name}, term.Aliases...) {
					entries = append(entries, site.IndexEntry{Name: spelling, What: p.Title, To: p.Path + "#" + term.Anchor})
				}
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(t.definitions)) {
		def := t.definitions[id]
		if def.Anchor != "" && def.Title != "" {
			entries = append(entries, site.IndexEntry{Name: shortened(def.Title), What: id, To: def.page.Path + "#" + def.Anchor})
		}
	}
	for _, tag := range slices.Sorted(maps.Keys(tagged)) {
		entries = append(entries, site.IndexEntry{Name: tag, What: tagWith(len(tagged[tag])), Pages: tagged[tag]})
	}
	return entries
}

func tagWith(pages int) string {
	if pages == 1 {
		return "Tag, 1 page"
	}
	return fmt.Sprintf("Tag, %d pages", pages)
}

// shortened is the beginning of a definition that is a text rather than a name.
func shortened(title string) string {
	const most = 90
	if len(title) <= most {
		return title
	}
	if i := strings.LastIndexByte(title[:most], ' '); i > 0 {
		return title[:i] + " …"
	}
	return title
}
