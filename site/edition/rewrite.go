package edition

import (
	"bytes"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"lockstep/site"
)

// place is a page on its way into the edition.
type place struct {
	page    *site.Page
	article *html.Node
	ids     map[string]bool
	chapter *Chapter
}

func (p *place) id(own string) string { return p.chapter.ID + "-" + own }

var errNoArticle = errors.New("the page has no article")

// articleOf is the first article of a document.
func articleOf(document []byte) (*html.Node, error) {
	root, err := html.Parse(bytes.NewReader(document))
	if err != nil {
		return nil, err
	}
	for n := range root.Descendants() {
		if n.DataAtom == atom.Article {
			n.Parent.RemoveChild(n)
			return n, nil
		}
	}
	return nil, errNoArticle
}

// onScreen are classes of what only works on the site; a note stands where something is
// missed.
var onScreen = map[string]string{
	"pager": "", "backlinks": "", "permalink": "", "passage-link": "", "copy": "", "log-filter": "", "kicker": "", "lab-browser": "",
	"play":      "On the site, inputs of the model can be moved here.",
	"lab-live":  "The laboratory runs on the site, and is left out here.",
	"lab-empty": "The laboratory runs on the site, and is left out here.",
}

// trim takes out what is of no use in the edition.
func trim(p *place) {
	noted := make(map[string]bool)
	for _, n := range slices.Collect(p.article.Descendants()) {
		if n.Type != html.ElementNode || n.Parent == nil {
			continue
		}
		switch n.DataAtom {
		case atom.Script, atom.Noscript, atom.Nav, atom.Button, atom.Form, atom.Input, atom.Select, atom.Textarea, atom.Template, atom.Dialog, atom.Iframe, atom.Object:
			n.Parent.RemoveChild(n)
			continue
		}
		for class := range strings.FieldsSeq(attr(n, "class")) {
			note, out := onScreen[class]
			if !out {
				continue
			}
			if note != "" && !noted[note] {
				noted[note] = true
				said := &html.Node{Type: html.ElementNode, Data: "p", DataAtom: atom.P, Attr: []html.Attribute{{Key: "class", Val: "left-out"}}}
				said.AppendChild(&html.Node{Type: html.TextNode, Data: note})
				n.Parent.InsertBefore(said, n)
			}
			n.Parent.RemoveChild(n)
			break
		}
	}
}

func collect(article *html.Node, ids map[string]bool) {
	for n := range article.Descendants() {
		if id := attr(n, "id"); id != "" {
			ids[id] = true
		}
	}
}

type joiner struct {
	chapters map[string]*place // by path
	outside  func(path string) string
}

// named are attributes that hold ids, and dropped those without a use on paper.
var (
	named    = []string{"id", "for", "headers", "aria-labelledby", "aria-describedby", "aria-controls", "aria-details", "aria-owns", "name"}
	dropped  = []string{"tabindex", "loading", "accesskey", "autofocus", "popovertarget", "data-b"}
	drawn    = regexp.MustCompile(`url\(#([^)\s]+)\)`)
	headings = map[atom.Atom]atom.Atom{atom.H1: atom.H2, atom.H2: atom.H3, atom.H3: atom.H4, atom.H4: atom.H5, atom.H5: atom.H6}
)

// rewrite gives the chapter's markup with the ids and links of the edition. Headings are
// a level lower, since the edition has the one of the first level.
func (j *joiner) rewrite(p *place) (string, error) {
	seen := make(map[string]bool) // what the chapter has said the page of
	for _, n := range slices.Collect(p.article.Descendants()) {
		if n.Type != html.ElementNode {
			continue
		}
		if lower, ok := headings[n.DataAtom]; ok {
			n.DataAtom, n.Data = lower, lower.String()
		}
		n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return slices.Contains(dropped, a.Key) })
		for i, a := range n.Attr {
			switch {
			case slices.Contains(named, a.Key):
				ids := strings.Fields(a.Val)
				for i, id := range ids {
					ids[i] = p.id(id)
				}
				n.Attr[i].Val = strings.Join(ids, " ")
			case a.Key == "href" && n.DataAtom != atom.A:
				if own, ok := strings.CutPrefix(a.Val, "#"); ok { // of a drawing
					n.Attr[i].Val = "#" + p.id(own)
				}
			case a.Key == "src" || a.Key == "srcset":
				n.Attr[i].Val = j.asset(p, a.Val)
			case strings.Contains(a.Val, "url(#"):
				n.Attr[i].Val = drawn.ReplaceAllString(a.Val, "url(#"+p.chapter.ID+"-$1)")
			}
		}
		if n.DataAtom == atom.A {
			j.link(p, n, seen)
		}
	}
	p.article.Attr = []html.Attribute{{Key: "class", Val: attr(p.article, "class")}}
	var b strings.Builder
	for n := range p.article.ChildNodes() {
		if err := html.Render(&b, n); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

// asset is the address of a file, seen from the edition.
func (j *joiner) asset(p *place, address string) string {
	to, err := url.Parse(address)
	if err != nil || to.Scheme != "" || to.Host != "" {
		return address
	}
	return site.Rel(Path, (&url.URL{Path: p.page.Path}).ResolveReference(to).Path)
}

// link turns a link into one within the edition, or to the published site, or into words.
func (j *joiner) link(p *place, n *html.Node, seen map[string]bool) {
	i := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "href" })
	if i < 0 {
		return
	}
	to, err := url.Parse(n.Attr[i].Val)
	if err != nil || to.Scheme != "" || to.Host != "" {
		return
	}
	target := (&url.URL{Path: p.page.Path}).ResolveReference(to)
	chapter := j.chapters[target.Path]
	if chapter == nil {
		if address := j.outside(target.Path); address != "" {
			if target.Fragment != "" {
				address += "#" + target.EscapedFragment()
			}
			n.Attr[i].Val = address
			return
		}
		n.DataAtom, n.Data = atom.Span, "span"
		n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool {
			return a.Key != "class" && a.Key != "title" && a.Key != "id"
		})
		return
	}
	id := chapter.chapter.ID
	if chapter.ids[target.Fragment] {
		id = chapter.id(target.Fragment)
	}
	n.Attr[i].Val = "#" + id
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "rel" })
	if chapter != p && !seen[id] && paged(n) {
		seen[id] = true
		n.Parent.InsertBefore(&html.Node{Type: html.ElementNode, Data: "span", DataAtom: atom.Span, Attr: []html.Attribute{{Key: "data-page", Val: id}}}, n.NextSibling)
	}
}

// paged says whether a page is named behind a link. Words that the glossary explains,
// names of the code and numbers are too many, and drawings have no room.
func paged(n *html.Node) bool {
	for class := range strings.FieldsSeq(attr(n, "class")) {
		if class == "term" || class == "name" || class == "number" {
			return false
		}
	}
	for parent := n.Parent; parent != nil; parent = parent.Parent {
		switch parent.DataAtom {
		case atom.Svg, atom.Figure, atom.Pre, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
			return false
		}
		if parent.Data == "svg" {
			return false
		}
	}
	return true
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
