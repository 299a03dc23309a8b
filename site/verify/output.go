package verify

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"strings"

	"github.com/klauspost/compress/gzip"
	"golang.org/x/net/html"

	"lockstep/site"
)

// MaxTransfer is the budget of a document page, in compressed bytes of its
// markup, stylesheets and scripts. Fonts and pictures come on top.
const MaxTransfer = 60 << 10

// page is what is worth knowing of one HTML file.
type page struct {
	ids   map[string]bool
	links []link
	loads []string // stylesheets and scripts, rooted
	size  int      // compressed
	moved bool     // a page that only redirects
}

type link struct{ tag, dest string }

// Output judges the tree. Findings name output files.
func Output(tree fs.FS) ([]site.Finding, error) {
	o := &output{tree: tree, pages: make(map[string]*page), files: make(map[string]bool)}
	err := fs.WalkDir(tree, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		o.files["/"+p] = true
		if path.Ext(p) != ".html" {
			return nil
		}
		data, err := fs.ReadFile(tree, p)
		if err != nil {
			return err
		}
		o.pages["/"+p] = o.read("/"+p, data)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read output tree: %w", err)
	}
	for name, p := range o.pages {
		o.judge(name, p)
	}
	site.SortFindings(o.findings)
	return o.findings, nil
}

type output struct {
	tree     fs.FS
	pages    map[string]*page
	files    map[string]bool
	findings []site.Finding
}

func (o *output) find(name, rule, format string, args ...any) {
	o.findings = append(o.findings, site.Finding{File: strings.TrimPrefix(name, "/"), Rule: rule, Message: fmt.Sprintf(format, args...)})
}

// read takes a page apart and complains about what it says by itself.
func (o *output) read(name string, data []byte) *page {
	p := &page{ids: make(map[string]bool), size: compressed(data)}
	z := html.NewTokenizer(bytes.NewReader(data))
	for z.Next() != html.ErrorToken {
		token := z.Token()
		if token.Type != html.StartTagToken && token.Type != html.SelfClosingTagToken {
			continue
		}
		attrs := make(map[string]string, len(token.Attr))
		for _, a := range token.Attr {
			attrs[a.Key] = a.Val
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				o.find(name, "inline-code", "<%s> has the attribute %s, which the policy blocks", token.Data, a.Key)
			}
		}
		if id, ok := attrs["id"]; ok {
			if p.ids[id] {
				o.find(name, "duplicate-id", "the id %q stands twice", id)
			}
			p.ids[id] = true
		}
		o.element(name, p, token.Data, attrs)
	}
	return p
}

func (o *output) element(name string, p *page, tag string, attrs map[string]string) {
	switch tag {
	case "style":
		o.find(name, "inline-code", "there is a <style> element, which the policy blocks")
	case "script":
		if attrs["src"] == "" {
			o.find(name, "inline-code", "there is an inline script, which the policy blocks")
		}
		p.loads = append(p.loads, attrs["src"])
	case "meta":
		p.moved = p.moved || strings.EqualFold(attrs["http-equiv"], "refresh")
	case "link":
		if attrs["rel"] == "stylesheet" {
			p.loads = append(p.loads, attrs["href"])
		}
		if rel := attrs["rel"]; rel == "canonical" || rel == "alternate" {
			return
		}
		p.links = append(p.links, link{tag, attrs["href"]})
		return
	}
	for _, key := range []string{"href", "src"} {
		if dest, ok := attrs[key]; ok {
			p.links = append(p.links, link{tag, dest})
		}
	}
}

// judge follows the links of a page.
func (o *output) judge(name string, p *page) {
	base := &url.URL{Scheme: "http", Host: "site.invalid", Path: strings.TrimSuffix(name, "index.html")}
	weight := p.size
	for _, l := range p.links {
		u, err := base.Parse(l.dest)
		if err != nil {
			o.find(name, "dead-link", "%q is not an address", l.dest)
			continue
		}
		if u.Host != base.Host || u.Scheme != base.Scheme {
			if l.tag != "a" {
				o.find(name, "other-host", "<%s> asks %s for something", l.tag, u.Host)
			}
			continue
		}
		if name == "/404.html" {
			continue // its links are absolute, below a prefix that is not known here
		}
		file, ok := o.resolve(u.Path)
		switch {
		case !ok:
			o.find(name, "dead-link", "%s leads nowhere", l.dest)
		case u.Fragment != "" && o.pages[file] != nil && !o.pages[file].ids[u.Fragment] && u.Fragment != "top":
			o.find(name, "dead-anchor", "%s: there is no such anchor", l.dest)
		}
	}
	for _, load := range p.loads {
		if u, err := base.Parse(load); err == nil {
			if data, err := fs.ReadFile(o.tree, strings.TrimPrefix(u.Path, "/")); err == nil {
				weight += compressed(data)
			}
		}
	}
	if weight > MaxTransfer && !p.moved {
		o.find(name, "too-heavy", "the page transfers %d bytes compressed, without fonts; the budget is %d", weight, MaxTransfer)
	}
}

func (o *output) resolve(p string) (file string, ok bool) {
	if strings.HasSuffix(p, "/") {
		p += "index.html"
	}
	return p, o.files[p]
}

func compressed(data []byte) int {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(data)
	w.Close()
	return b.Len()
}
