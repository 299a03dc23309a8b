package build

import (
	"bytes"
	"fmt"
	"html"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"unicode"

	"lockstep/site"
	"lockstep/site/view"
)

// Redirects gives the path of the page for each other address that leads to it: short
// addresses of decisions ("/adr/7/", "/adr/0007/"), aliases of the front matter, and
// the addresses that a page had before its file was renamed. An address ends in a
// slash, unless an alias names a file ("/old/page.html"). No page has any of them.
func (t *Tree) Redirects() map[string]string { return t.redirects }

// redirect works out where addresses lead that are no page's. What a text asks for
// counts more than what git tells, and is held to be possible: an alias that is a
// page's address, or another text's alias, is a finding.
func (t *Tree) redirect() {
	r := redirects{tree: t, to: make(map[string]string), by: make(map[string]*site.Page), pages: sync.OnceValue(t.byAddress)}
	for _, p := range t.decisions {
		if p.Decision.Number == 0 && !strings.HasSuffix(p.Decision.ID, "-0000") {
			continue
		}
		for _, short := range shortPaths("/"+p.Section+"/", p.Decision.Number) {
			r.offer(short, p)
		}
	}
	for _, p := range t.Pages {
		for _, alias := range p.Meta.Aliases {
			r.alias(alias, p)
		}
	}
	for _, p := range t.Pages {
		for _, file := range t.history.Was[p.Source] {
			if name := path.Base(file); p.Decision != nil && isRecord(name) {
				r.offer("/"+p.Section+"/"+Element(stem(name))+"/", p)
			} else if paths := t.config.pathsOf(file); len(paths) > 0 {
				// The folder of texts was then, most likely, the outermost one.
				r.offer(paths[len(paths)-1], p)
			}
		}
	}
	t.redirects = r.to
}

type redirects struct {
	tree  *Tree
	to    map[string]string
	by    map[string]*site.Page // whose a redirect is, by the key of its address
	pages func() map[string]*site.Page
}

// byAddress are the pages by the keys of their addresses.
func (t *Tree) byAddress() map[string]*site.Page {
	pages := make(map[string]*site.Page, len(t.Pages))
	for _, p := range t.Pages {
		pages[addressKey(p.Path)] = p
	}
	return pages
}

// offer takes an address if it is free.
func (r *redirects) offer(address string, p *site.Page) bool {
	key := addressKey(address)
	if r.pages()[key] != nil || r.by[key] != nil || isReserved(address) {
		return false
	}
	r.by[key], r.to[address] = p, p.Path
	return true
}

func (r *redirects) alias(alias string, p *site.Page) {
	if !r.tree.config.Strict && !strings.Contains(alias, "/") && !isMarkdown(alias) {
		return // another name of the subject, as notes have them
	}
	if isMarkdown(alias) {
		for _, address := range r.tree.config.pathsOf(strings.TrimPrefix(path.Clean("/"+alias), "/")) {
			r.take(alias, address, p)
		}
		return
	}
	if wrong := unfitAlias(alias); wrong != "" {
		r.tree.find(p, 0, "alias", "write a path of this site, like /design/old-name/, or the file that the text was", "the alias %q cannot be an address: %s", alias, wrong)
		return
	}
	address := path.Clean("/" + alias)
	if path.Ext(address) != ".html" {
		address += "/"
	}
	r.take(alias, strings.TrimSuffix(address, "index.html"), p)
}

func (r *redirects) take(alias, address string, p *site.Page) {
	key := addressKey(address)
	switch page, other := r.pages()[key], r.by[key]; {
	case page == p || other == p:
	case page != nil:
		r.tree.find(p, 0, "alias", "take the alias away, or rename the page", "the alias %q is the address %s, which is that of %s", alias, page.Path, named(page))
	case other != nil:
		r.tree.find(p, 0, "alias", "take one of them away", "the alias %q is the address %s, which leads to %s", alias, address, named(other))
	case isReserved(address):
		r.tree.find(p, 0, "alias", "choose another one", "the alias %q is an address that this program keeps for itself", alias)
	default:
		r.offer(address, p)
	}
}

// named is a page as its author knows it.
func named(p *site.Page) string {
	if p.Source != "" {
		return p.Source
	}
	return fmt.Sprintf("the page %q", p.Title)
}

const (
	maxAlias        = 500
	maxAliasElement = 200 // file systems take 255 bytes
)

// unfitAlias says why an alias cannot be an address, or "".
func unfitAlias(alias string) string {
	elements := strings.Split(strings.Trim(path.Clean("/"+alias), "/"), "/")
	switch {
	case site.Scheme(alias) != "" || strings.HasPrefix(alias, "//"):
		return "it leads to another host"
	case len(alias) > maxAlias:
		return "it is too long"
	case strings.ContainsAny(alias, `?#\`) || strings.ContainsFunc(alias, unicode.IsControl):
		return "it holds one of ? # \\ or a control character"
	case elements[0] == "" || strings.HasPrefix(elements[0], "_") || strings.HasPrefix(elements[0], "."):
		return "it is the root, or begins with _ or a dot"
	}
	for i, e := range elements {
		// A folder of this name would stand where a file may have to.
		if ext := path.Ext(e); len(e) > maxAliasElement || ext == ".html" && i < len(elements)-1 || i == 0 && (ext == ".xml" || ext == ".txt" || ext == ".ico" || ext == ".json" || ext == ".js" || e == "404.html") {
			return fmt.Sprintf("%q cannot be a part of it", e)
		}
	}
	return ""
}

// redirectFile is where the page of a redirect stands in the output.
func redirectFile(address string) string {
	if strings.HasSuffix(address, "/") {
		return address + "index.html"
	}
	return address
}

// redirectPage works on a host that knows nothing of redirects.
func redirectPage(s *view.Site, from, full string) []byte {
	to := html.EscapeString(site.Escape(site.Rel(from, full)))
	canonical := to
	if s.BaseURL != "" {
		canonical = html.EscapeString(strings.TrimSuffix(s.BaseURL, "/") + site.Escape(full))
	}
	return []byte(`<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Moved</title>` +
		`<meta http-equiv="refresh" content="0; url=` + to + `"><link rel="canonical" href="` + canonical + `"></head>` +
		`<body><main><h1>Moved</h1><p>This page is at <a href="` + to + `">its full address</a>.</p></main></body></html>` + "\n")
}

// redirectsFile is for hosts that read one. They know 301 for what has moved for good,
// some of them nothing else.
func (t *Tree) redirectsFile() []byte {
	var b bytes.Buffer
	base := site.Escape(strings.TrimSuffix(basePath(t.Site.BaseURL), "/"))
	for _, from := range slices.Sorted(maps.Keys(t.redirects)) {
		fmt.Fprintf(&b, "%s%s %s%s 301\n", base, site.Escape(strings.TrimSuffix(from, "/")), base, site.Escape(t.redirects[from]))
	}
	return b.Bytes()
}
