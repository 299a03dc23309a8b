package build

import (
	"net/url"
	"path"
	"strings"

	"lockstep/site"
	"lockstep/site/markdown"
)

// target is what an address in a source leads to.
type target struct {
	page     *site.Page // a page of this site
	fragment string
	file     string // a file of the tree that is not a page
	folder   bool
	external bool
	wrong    string // why it leads nowhere
	mend     string
}

// target resolves an address as it is written in a source.
func (t *Tree) target(from *site.Page, dest string) target {
	if markdown.External(dest) {
		return target{external: true}
	}
	if scheme, _, ok := strings.Cut(dest, ":"); ok && (scheme == "mailto" || scheme == "tel" || scheme == "data") {
		return target{external: true}
	}
	address, fragment, _ := strings.Cut(dest, "#")
	address, _, _ = strings.Cut(address, "?")
	if unescaped, err := url.PathUnescape(address); err == nil {
		address = unescaped
	}
	if unescaped, err := url.PathUnescape(fragment); err == nil {
		fragment = unescaped
	}
	if address == "" {
		return t.anchor(from, fragment)
	}
	file := path.Join(path.Dir(from.Source), address)
	if strings.HasPrefix(address, "/") {
		file = strings.TrimPrefix(path.Clean(address), "/")
		if file == "" {
			file = "."
		}
	}
	if p := t.bySource[file]; p != nil {
		return t.anchor(p, fragment)
	}
	if strings.HasPrefix(file, "../") || file == ".." {
		return target{wrong: "leads out of the repository", mend: "link to a file of the repository, or to an address with https"}
	}
	info, err := t.builder.root.Stat(file)
	switch {
	case err == nil && info.IsDir():
		if p := t.listOf(file); p != nil {
			return t.anchor(p, fragment)
		}
		return target{file: file, folder: true}
	case err == nil && info.Mode().IsRegular():
		return target{file: file}
	}
	if p := t.bySource[file+".md"]; p != nil {
		return t.anchor(p, fragment)
	}
	if p := t.byPath["/"+strings.Trim(strings.TrimPrefix(address, "/"), "/")+"/"]; p != nil && strings.HasPrefix(address, "/") {
		return t.anchor(p, fragment)
	}
	return target{wrong: "does not exist", mend: t.suggest(file)}
}

// anchor is a place on a page.
func (t *Tree) anchor(p *site.Page, fragment string) target {
	if fragment != "" && !t.hasAnchor(p, fragment) {
		return target{page: p, wrong: "has no such anchor", mend: t.suggestAnchor(p, fragment)}
	}
	return target{page: p, fragment: fragment}
}

func (t *Tree) hasAnchor(p *site.Page, fragment string) bool {
	d := t.documents[p]
	if d == nil || fragment == "content" || fragment == "top" {
		return true // pages made by the program are judged as output
	}
	return d.HasID(fragment)
}

// listOf is the page that lists a folder.
func (t *Tree) listOf(folder string) *site.Page {
	for _, adr := range t.config.ADR {
		if folder == adr {
			return t.byPath["/adr/"]
		}
	}
	for _, m := range t.config.Model {
		if folder == m && t.values != "" {
			return t.byPath[t.values]
		}
	}
	for _, content := range t.config.Content {
		if rel, ok := strings.CutPrefix(folder+"/", content+"/"); ok {
			var elements []string
			for _, e := range strings.Split(strings.Trim(rel, "/"), "/") {
				if e != "" {
					elements = append(elements, slug(e))
				}
			}
			if len(elements) == 0 {
				return t.byPath["/"]
			}
			return t.byPath["/"+strings.Join(elements, "/")+"/"]
		}
	}
	return nil
}

// suggest names a file that may have been meant: one of the same name.
func (t *Tree) suggest(file string) string {
	for _, p := range t.Pages {
		if p.Source != "" && path.Base(p.Source) == path.Base(file) {
			return "did you mean " + p.Source + "?"
		}
	}
	return "correct the address, or add the file"
}

func (t *Tree) suggestAnchor(p *site.Page, fragment string) string {
	best, shared := "", 3
	for _, id := range t.documents[p].IDs() {
		n := 0
		for n < len(id) && n < len(fragment) && id[n] == fragment[n] {
			n++
		}
		if n > shared || (n == shared && id < best) {
			best, shared = id, n
		}
	}
	if best != "" {
		return "did you mean #" + best + "?"
	}
	return "link to one of its headings"
}
