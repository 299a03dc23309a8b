package build

import (
	"path"
	"slices"
	"strings"

	"lockstep/site"
	"lockstep/site/review/state"
	"lockstep/site/review/subject"
)

// formerNames are the names by which a page can have been reviewed before: those
// that its front matter names as aliases, then those of its file before it was
// renamed, the newest first. A name that another page has now is not among them.
func (t *Tree) formerNames(p *site.Page) (names []string) {
	add := func(name string) {
		if name != subject.NameOf(p.Path) && !slices.Contains(names, name) && t.reviews.current[name] == nil {
			names = append(names, name)
		}
	}
	for _, alias := range p.Meta.Aliases {
		if isMarkdown(alias) {
			for _, path := range t.config.pathsOf(strings.TrimPrefix(alias, "/")) {
				add(subject.NameOf(path))
			}
			continue
		}
		add(subject.NameOf("/" + strings.Trim(alias, "/") + "/"))
	}
	for _, file := range t.history.Was[p.Source] {
		for _, path := range t.config.pathsOf(file) {
			add(subject.NameOf(path))
		}
	}
	return names
}

// pathsOf are the paths that the page of a file may have had. Which folders were
// content then is not known any more, so outside of those of today each folder
// above the file may have been one.
func (c Config) pathsOf(file string) (paths []string) {
	if name := path.Base(file); isRecord(name) {
		for _, series := range c.series {
			paths = append(paths, series.Address+Element(stem(name))+"/")
		}
	}
	add := func(folder string) {
		s := source{file: file}
		if c.place(&s, folder, false); s.path != "" && !slices.Contains(paths, s.path) {
			paths = append(paths, s.path)
		}
	}
	for _, folder := range c.Content {
		if strings.HasPrefix(file, folder+"/") {
			add(folder)
			return paths
		}
	}
	for folder := path.Dir(file); folder != "."; folder = path.Dir(folder) {
		add(folder)
	}
	return paths
}

// reviewOf is what was exported of a page's review, under the name that it has or
// one that it had; nil if nothing was.
func (t *Tree) reviewOf(p *site.Page) *state.State {
	if len(t.reviews.exported) == 0 {
		return nil
	}
	return subject.Page{Name: subject.NameOf(p.Path), Former: t.formerNames(p)}.In(t.reviews.exported)
}
