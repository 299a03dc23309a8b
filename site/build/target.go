package build

import (
	"cmp"
	"path"
	"path/filepath"
	"regexp"
	"slices"
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
	mend     string // "" where the way to mend it takes a search; see suggest
}

// resolve says what is at an address, seen from a page. One from the root is looked for
// below the repository's, and then below those that the site of another generator has,
// the nearest to the page first. Docusaurus looks below its texts for one that is not from
// the root, too.
func (t *Tree) resolve(from *site.Page, a address) target {
	x := t.at(from, a)
	if x.page != nil || x.wrong == "" {
		return x
	}
	if rest, down := strings.CutPrefix(a.file, path.Dir(from.Source)+"/"); down && !a.rooted {
		if folder := folderOf(t.mdx, from.Source); folder != "" {
			a.file = path.Join(folder, rest)
			if y := t.at(from, a); y.page != nil {
				return y
			}
		}
	}
	if !a.rooted {
		return x
	}
	near := func(root string) int { return sharedStart(root, from.Source) }
	for _, root := range slices.SortedStableFunc(slices.Values(t.roots), func(x, y string) int { return near(y) - near(x) }) {
		below := a
		below.file = path.Join(root, a.file)
		if y := t.at(from, below); y.page != nil || y.wrong == "" {
			return y
		}
	}
	return x
}

func (t *Tree) at(from *site.Page, a address) target {
	switch {
	case a.external:
		return target{external: true}
	case a.wiki != "":
		if p := t.byName(from, a.wiki); p != nil {
			return t.anchor(p, a.fragment)
		}
		if file := t.fileByName(from, a.wiki); file != "" {
			return target{file: file}
		}
		return target{wrong: "names no page", mend: "write the name of a page, or set the text as code between backticks"}
	case a.file == "":
		return t.anchor(from, a.fragment)
	}
	if p := t.bySource[a.file]; p != nil {
		return t.anchor(p, a.fragment)
	}
	if strings.HasPrefix(a.file, "../") || a.file == ".." {
		return target{wrong: "leads out of the repository", mend: "link to a file of the repository, or to an address with https"}
	}
	if a.file == ".git" || strings.HasPrefix(a.file, ".git/") {
		return target{wrong: "leads into the repository's own data, which is not published", mend: "remove the link"}
	}
	info, err := t.builder.root.Stat(a.file)
	switch {
	case err == nil && info.IsDir():
		if p := t.listOf(a.file); p != nil {
			return t.anchor(p, a.fragment)
		}
		return target{file: a.file, folder: true}
	case err == nil && info.Mode().IsRegular():
		return target{file: a.file}
	}
	for _, ext := range []string{".md", ".mdx"} {
		if p := t.bySource[a.file+ext]; p != nil {
			return t.anchor(p, a.fragment)
		}
	}
	if p := t.elements()[strings.ToLower(a.file)]; p != nil {
		return t.anchor(p, a.fragment)
	}
	if p := t.byPath["/"+strings.ToLower(a.file)+"/"]; p != nil && a.rooted {
		return t.anchor(p, a.fragment)
	}
	bare, written := strings.CutSuffix(a.file, ".html")
	if written && bare != "" && !strings.HasSuffix(bare, "/") { // as other generators write the page
		names := []string{bare}
		if path.Base(bare) == "index" {
			names = append(names, path.Dir(bare))
		}
		for _, a.file = range names {
			if x := t.at(from, a); x.page != nil {
				return x
			}
		}
	}
	return target{wrong: "does not exist"}
}

// byElement are the pages by their files as in an address of another generator: without
// the number before a name, which only says its place, without the extension, and in any
// case of letters. Both "setup" and "02-setup" are 02-Setup.md.
func byElement(pages []*site.Page) map[string]*site.Page {
	elements := make(map[string]*site.Page, len(pages))
	for _, p := range pages {
		dir, own := path.Split(strings.ToLower(p.Source))
		plain := orderPrefix.ReplaceAllString(own, "")
		names := []string{stem(own), stem(plain)}
		if plain != own {
			names = append(names, plain)
		}
		for _, name := range names {
			if elements[dir+name] == nil {
				elements[dir+name] = p
			}
		}
	}
	return elements
}

// anchor is a place on a page.
func (t *Tree) anchor(p *site.Page, fragment string) target {
	fragment = t.onGitHub(p, fragment)
	if d := t.documents[p]; d != nil && fragment != "" && fragment == d.TitleID && !d.HasID(fragment) {
		return target{page: p} // the title is the top of its page
	}
	if wrong, isRun := t.runLink(p, fragment); isRun {
		return target{page: p, fragment: fragment, wrong: wrong, mend: "take the link again from the laboratory, by its button “Link to this moment”"}
	}
	if fragment != "" && !t.hasAnchor(p, fragment) {
		return target{page: p, wrong: "has no such anchor", mend: t.suggestAnchor(p, fragment)}
	}
	return target{page: p, fragment: fragment}
}

// onGitHub is a fragment as the page has it, for what GitHub takes too: "#user-content-x"
// for "#x", a heading in any case of its letters, and "#readme" for the top of a README.
func (t *Tree) onGitHub(p *site.Page, fragment string) string {
	d := t.documents[p]
	if d == nil || fragment == "" || d.HasID(fragment) {
		return fragment
	}
	own := strings.TrimPrefix(fragment, "user-content-")
	for _, id := range []string{own, strings.ToLower(own)} {
		if d.HasID(id) || id == d.TitleID {
			return id
		}
	}
	if fragment == "readme" && isReadme(p.Source) {
		return ""
	}
	if folderOf(t.mkdocs, p.Source) != "" {
		if label, ok := strings.CutPrefix(fragment, "fn:"); ok && d.Notes[label] != "" {
			return d.Notes[label]
		}
		if id := d.mkdocsIDs()[asMkDocs(fragment)]; id != "" {
			return id
		}
	}
	return fragment
}

// mkdocsIDs are the ids of a text by what MkDocs makes of them. Of several, the first in
// the text counts.
func mkdocsIDs(d *markdown.Document) map[string]string {
	ids := slices.SortedFunc(slices.Values(d.IDs()), func(a, b string) int { return cmp.Or(d.LineOf(a)-d.LineOf(b), strings.Compare(a, b)) })
	own := make(map[string]string, len(ids))
	for _, id := range append(ids, d.TitleID) {
		if key := asMkDocs(id); key != "" && own[key] == "" {
			own[key] = id
		}
	}
	return own
}

// asMkDocs is an id as the library under MkDocs writes it: of hyphens that follow one
// another it keeps one, and it puts an underscore before the number of a heading that
// repeats one.
func asMkDocs(id string) string {
	return repeated.ReplaceAllString(strings.Trim(hyphens.ReplaceAllString(strings.ToLower(id), "-"), "-"), "-$1")
}

var (
	hyphens  = regexp.MustCompile(`-+`)
	repeated = regexp.MustCompile(`_(\d+)$`)
)

func (t *Tree) hasAnchor(p *site.Page, fragment string) bool {
	d := t.documents[p]
	if d == nil || fragment == "page__text" || fragment == "top" {
		return true // pages made by the program are judged as output
	}
	return d.HasID(fragment)
}

// listOf is the page that lists a folder, or that the folder's README became.
func (t *Tree) listOf(folder string) *site.Page {
	for _, name := range []string{"README.md", "index.md", "readme.md", "README.mdx", "index.mdx"} {
		if p := t.bySource[path.Join(folder, name)]; p != nil {
			return p
		}
	}
	for _, s := range t.series {
		if folder == s.Folder {
			return t.byPath[s.Address]
		}
	}
	for _, m := range t.config.Model {
		if folder == m && t.values != "" {
			return t.byPath[t.values]
		}
	}
	for _, content := range t.config.Content {
		rel, ok := strings.CutPrefix(folder+"/", content+"/")
		if content == "." {
			rel, ok = folder, true
		}
		if ok {
			var elements []string
			for _, e := range strings.Split(strings.Trim(rel, "/"), "/") {
				if e != "" && e != "." {
					elements = append(elements, folderSlug(e))
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

// suggest names a file that may have been meant, as the page would write it: one of the
// same name, and of all of these the one whose folders are most alike. A name that many
// folders have, as README, says nothing without its folder.
func (t *Tree) suggest(from *site.Page, a address) string {
	best, most := "", 0
	for _, p := range t.Pages {
		alike := sharedEnd(p.Source, a.file)
		if alike > most && (alike > 1 || !isIndex(path.Base(a.file))) {
			best, most = p.Source, alike
		}
	}
	if best == "" {
		return "correct the address, or add the file"
	}
	written := "/" + best
	if rel, err := filepath.Rel(path.Dir(from.Source), best); err == nil && !a.rooted {
		written = filepath.ToSlash(rel)
	}
	if strings.Contains(written, " ") {
		written = "<" + written + ">"
	}
	return "did you mean " + written + "?"
}

// sharedStart is how many elements at the beginning of two paths are the same.
func sharedStart(a, b string) (n int) {
	x, y := strings.Split(a, "/"), strings.Split(b, "/")
	for n < len(x) && n < len(y) && x[n] == y[n] {
		n++
	}
	return n
}

// sharedEnd is how many elements at the end of two paths are the same but for case.
func sharedEnd(a, b string) (n int) {
	x, y := strings.Split(a, "/"), strings.Split(b, "/")
	for n < len(x) && n < len(y) && strings.EqualFold(x[len(x)-1-n], y[len(y)-1-n]) {
		n++
	}
	return n
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
