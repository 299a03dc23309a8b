package markdown

import (
	"html"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"

	"lockstep/site"
)

// element writes a harmless element anew.
func (p *page) element(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	e := n.(*element)
	switch name := e.name; {
	case name == "img":
		if entering {
			p.anyPicture(w, e)
		}
		return ast.WalkSkipChildren, nil
	case name == "a":
		p.anchor(w, e, entering)
	case name == "math":
		if entering {
			w.WriteString(string(mathMarkup(e)))
		}
		return ast.WalkSkipChildren, nil
	case name == "tabitem":
		if !entering {
			w.WriteString("</div>\n")
			break
		}
		label := html.EscapeString(e.attr("label"))
		w.WriteString(`<div class="tab" role="group" aria-label="` + label + `"><p class="callout-title">` + label + "</p>\n")
	case name == "toc":
		if entering {
			p.toc(w)
		}
	case isHeading(name):
		return p.headingTag(w, e, entering), nil
	case name == "p" && hasBlock(e), isList(name) && !hasItems(e):
	case name == "br" || name == "hr" || name == "wbr":
		if entering {
			w.WriteString("<" + name + ">")
		}
	case !entering:
		w.WriteString("</" + name + ">")
		if name == "table" {
			w.WriteString("</div>")
		}
	default:
		switch name {
		case "table":
			w.WriteString(`<div class="table-scroll" tabindex="0" role="region" aria-label="` + p.label("Table") + `">`)
		case "pre":
			w.WriteString(`<pre tabindex="0" role="region" aria-label="` + p.label("Text") + `"`)
			blockAttributes(w, e)
			w.WriteByte('>')
			return ast.WalkContinue, nil
		}
		w.WriteString("<" + name)
		if class, ok := e.AttributeString("class"); ok {
			w.WriteString(` class="callout ` + class.(string) + `"`)
		}
		for _, a := range e.attrs {
			w.WriteString(" " + a.Key + `="` + html.EscapeString(a.Val) + `"`)
		}
		blockAttributes(w, e)
		w.WriteByte('>')
		if name == "details" && !startsWithSummary(e) {
			w.WriteString("<summary>Details</summary>")
		}
	}
	return ast.WalkContinue, nil
}

// anchor writes a link or a mark. There are no links within links.
func (p *page) anchor(w util.BufWriter, e *element, entering bool) {
	id := ""
	if e.attr("id") != "" {
		id = ` id="` + html.EscapeString(e.attr("id")) + `"`
	}
	switch {
	case !entering && p.leaveLink(e):
		w.WriteString("</a>")
		return
	case entering && !p.enterLink(e):
		if id != "" {
			w.WriteString("<span" + id + "></span>")
		}
		return
	case !entering:
		return
	}
	w.WriteString("<a" + id)
	if dest := e.attr("href"); dest != "" {
		p.href(w, dest)
	}
	w.WriteByte('>')
}

// href writes the address of a link, and marks those that lead away.
func (p *page) href(w util.BufWriter, dest string) {
	if href, ok := p.r.Link(dest); !ok {
		w.WriteString(` href="` + html.EscapeString(dest) + `"`)
	} else if href != "" {
		w.WriteString(` href="` + html.EscapeString(href) + `"`)
	}
	if site.External(dest) {
		w.WriteString(` class="external" rel="noopener"`)
	}
}

// anyPicture writes an image of Markdown or raw HTML.
func (p *page) anyPicture(w util.BufWriter, n ast.Node) {
	switch n := n.(type) {
	case *ast.Image:
		title := ""
		if figure, ok := figure(n.Parent()); !ok || figure != n { // whose title is its caption
			title = string(unescape(n.Title))
		}
		p.picture(w, destination(n.Destination), p.d.text(n), title, nil)
	case *element:
		if !isWiki(n) {
			p.picture(w, n.attr("src"), n.attr("alt"), n.attr("title"), n)
		} else if href, ok := p.r.Link(n.attr("src")); ok && href != "" && safeURL(href, true) {
			img(w, href, n.attr("alt"), "", n)
		} else {
			writeWiki(w, n)
		}
	}
}

// picture writes an image. A page asks no other host for anything, so a picture
// elsewhere is a link to it, or only its text where a link cannot stand.
func (p *page) picture(w util.BufWriter, dest, alt, title string, e *element) {
	switch {
	case dest == "" || !safeURL(dest, true):
		w.WriteString(html.EscapeString(alt))
		return
	case site.External(dest):
		if title != "" {
			title = ` title="` + html.EscapeString(title) + `"`
		}
		label := alt
		if label == "" {
			label = "picture on another host"
		}
		if p.inLink() {
			w.WriteString(`<span class="remote-image"` + title + `>` + html.EscapeString(label) + `</span>`)
		} else {
			w.WriteString(`<a class="external remote-image" rel="noopener" href="` + html.EscapeString(dest) + `"` + title + `>` + html.EscapeString(label) + `</a>`)
		}
		return
	}
	if href, ok := p.r.Link(dest); ok && href != "" {
		dest = href
	}
	img(w, dest, alt, title, e)
}

func img(w util.BufWriter, src, alt, title string, e *element) {
	w.WriteString(`<img src="` + html.EscapeString(src) + `" alt="` + html.EscapeString(alt) + `"`)
	if title != "" {
		w.WriteString(` title="` + html.EscapeString(title) + `"`)
	}
	if e != nil {
		for _, key := range []string{"width", "height"} {
			if value := e.attr(key); value != "" {
				w.WriteString(` ` + key + `="` + html.EscapeString(value) + `"`)
			}
		}
	}
	w.WriteString(` loading="lazy" decoding="async">`)
}

// hasBlock: a paragraph cannot hold blocks.
func hasBlock(n ast.Node) bool {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if isBlock(c) {
			return true
		}
	}
	return false
}

// hasItems: a list holds items and nothing else.
func hasItems(n ast.Node) bool {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if e, ok := c.(*element); !ok || within[e.name] == nil {
			return false
		}
	}
	return n.FirstChild() != nil
}

func startsWithSummary(n ast.Node) bool {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if s, ok := c.(*ast.String); ok && strings.TrimSpace(string(s.Value)) == "" {
			continue
		}
		e, ok := c.(*element)
		return ok && e.name == "summary"
	}
	return false
}
