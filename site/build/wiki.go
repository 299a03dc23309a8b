package build

import (
	"cmp"
	"io/fs"
	"path"
	"strings"

	"lockstep/site"
)

// byName is the page that a wiki link names, seen from another: by the name of its file,
// by the end of its path, or by its title. Nil if there is none.
func (t *Tree) byName(from *site.Page, name string) *site.Page {
	t.wikiOnce.Do(t.nameWiki)
	wanted := wikiName(name)
	for _, all := range [][]wikiPlace{t.wikiNames[path.Base(wanted)], t.wikiTitles[wanted]} {
		if n := nearest(from.Source, name, all); n.page != nil {
			return n.page
		}
	}
	return nil
}

// wikiPlace is what a wiki link may name, by one of its names.
type wikiPlace struct {
	name string // as it is looked up: a path, or a title
	file string
	page *site.Page // nil for another file
}

// nearest is the one that a text means by a name. With a folder in it, a name is a path
// from the root of the repository, or else from the folder of the text, or else the end of
// a path. Of several, one in the same folder counts, then the one that shares the most
// folders with the text, since a translation links to its own, then the shortest path.
func nearest(from, name string, all []wikiPlace) (best wikiPlace) {
	wanted, below := wikiName(name), wikiName(path.Join(path.Dir(from), name))
	rank := func(n wikiPlace) int {
		switch {
		case n.name == wanted && strings.Contains(wanted, "/"):
			return 0
		case n.name == below && strings.Contains(wanted, "/"):
			return 1
		case path.Dir(n.file) == path.Dir(from):
			return 2
		}
		return 3
	}
	for _, n := range all {
		if n.name != below && !strings.HasSuffix("/"+n.name, "/"+wanted) {
			continue
		}
		if best.file == "" || cmp.Or(rank(n)-rank(best), sharedStart(best.file, from)-sharedStart(n.file, from), len(n.file)-len(best.file), strings.Compare(n.file, best.file)) < 0 {
			best = n
		}
	}
	return best
}

func (t *Tree) nameWiki() {
	t.wikiNames, t.wikiTitles = make(map[string][]wikiPlace), make(map[string][]wikiPlace)
	for _, p := range t.Pages {
		if p.Source == "" {
			continue
		}
		names := []string{stem(p.Source)}
		if isIndex(path.Base(p.Source)) && path.Dir(p.Source) != "." {
			names = append(names, path.Dir(p.Source))
		}
		for _, name := range names {
			name = wikiName(name)
			t.wikiNames[path.Base(name)] = append(t.wikiNames[path.Base(name)], wikiPlace{name, p.Source, p})
		}
		title := wikiName(p.Title)
		t.wikiTitles[title] = append(t.wikiTitles[title], wikiPlace{title, p.Source, p})
	}
}

// fileByName is the file, other than a page, that a wiki link names, or "". Its name has an
// extension: most words in brackets that name no page are not meant for a file.
func (t *Tree) fileByName(from *site.Page, name string) string {
	if path.Ext(name) == "" {
		return ""
	}
	return nearest(from.Source, name, t.wikiFiles()[path.Base(wikiName(name))]).file
}

// filesByName are the files of the repository by their names, outside folders that hold
// nothing for readers. They are looked for once a tree, and only if a text names one.
func (t *Tree) filesByName() map[string][]wikiPlace {
	files, root := make(map[string][]wikiPlace), t.builder.root.FS()
	fs.WalkDir(root, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
		case d.IsDir() && holdsNoTexts(root, p):
			return fs.SkipDir
		case strings.HasPrefix(d.Name(), "."), strings.HasPrefix(path.Ext(p), ".md"):
			// Nobody who writes a name in brackets means to publish .env, or a text left out.
		case d.Type().IsRegular():
			name := wikiName(p)
			files[path.Base(name)] = append(files[path.Base(name)], wikiPlace{name: name, file: p})
		}
		return nil
	})
	return files
}

// wikiName is a name as it is looked up: case, hyphens and underscores say nothing.
func wikiName(name string) string {
	name = strings.NewReplacer("-", " ", "_", " ").Replace(strings.ToLower(strings.TrimPrefix(name, "/")))
	return strings.Join(strings.Fields(strings.TrimSuffix(name, ".md")), " ")
}
