package markdown

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"golang.org/x/net/html"
)

// Raw HTML is not passed through. A few harmless elements, which many
// repositories use because Markdown has no words for them, are written anew from
// their parsed form, without attributes except those below. Comments vanish, as
// they should. Everything else is a finding, since it would be lost.
var harmless = map[string][]string{
	"a": {"href", "id", "name"}, "abbr": {"title"}, "b": nil, "blockquote": nil, "br": nil, "center": nil, "code": nil, "dd": nil, "del": nil,
	"details": {"open"}, "div": nil, "dl": nil, "dt": nil, "em": nil, "figcaption": nil, "figure": nil,
	"h1": {"id"}, "h2": {"id"}, "h3": {"id"}, "h4": {"id"}, "h5": {"id"}, "h6": {"id"},
	"hr": nil, "i": nil, "img": {"src", "alt", "width", "height", "title"}, "ins": nil, "kbd": nil, "li": nil, "mark": nil,
	"ol": {"start"}, "p": nil, "picture": nil, "pre": nil, "q": nil, "s": nil, "samp": nil, "small": nil, "source": nil, "span": nil, "strong": nil, "sub": nil,
	"summary": nil, "sup": nil, "table": nil, "tbody": nil, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}, "thead": nil,
	"tr": nil, "u": nil, "ul": nil, "var": nil, "wbr": nil,
}

// unwrapped elements keep their content and lose their tags: they only say how
// something looks, or choose between pictures.
var unwrapped = map[string]bool{"center": true, "font": true, "picture": true, "source": true, "span": true, "div": true,
	"article": true, "aside": true, "footer": true, "header": true, "main": true, "nav": true, "section": true}

// own are the elements that our own texts may use; other repositories may use
// all that are harmless.
var own = map[string]bool{"br": true, "kbd": true, "sub": true, "sup": true, "mark": true, "details": true, "summary": true, "abbr": true, "wbr": true}

var comment = regexp.MustCompile(`(?s)<!--.*?-->`)

func (d *Document) rawHTML(n *ast.RawHTML) {
	var raw bytes.Buffer
	for i := range n.Segments.Len() {
		segment := n.Segments.At(i)
		raw.Write(segment.Value(d.src))
	}
	d.judgeHTML(raw.Bytes(), d.line(n))
}

func (d *Document) htmlBlock(n *ast.HTMLBlock) { d.judgeHTML(d.blockSource(n), d.line(n)) }

func (d *Document) blockSource(n *ast.HTMLBlock) []byte {
	var raw bytes.Buffer
	for i := range n.Lines().Len() {
		segment := n.Lines().At(i)
		raw.Write(segment.Value(d.src))
	}
	if n.HasClosure() {
		closure := n.ClosureLine
		raw.Write(closure.Value(d.src))
	}
	return raw.Bytes()
}

func attribute(token html.Token, key string) string {
	for _, a := range token.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// judgeHTML notes ids and links of what will be kept and reports the rest.
func (d *Document) judgeHTML(raw []byte, line int) {
	reported := map[string]bool{}
	for token := range htmlTokens(raw) {
		name := token.Data
		if token.Type != html.StartTagToken && token.Type != html.SelfClosingTagToken {
			continue
		}
		if _, ok := harmless[name]; !ok || (!d.foreign && !own[name]) {
			if !reported[name] && !unwrapped[name] {
				reported[name] = true
				d.findf(line, "raw-html", "write it in Markdown; of HTML only br, kbd, sub, sup, mark, abbr, details and summary are kept",
					"the HTML element <%s> would be lost", name)
			}
			continue
		}
		for _, a := range token.Attr {
			switch {
			case a.Key == "id" || a.Key == "name":
				if _, taken := d.ids[a.Val]; !taken && a.Val != "" {
					d.ids[a.Val] = line
					d.htmlIDs[a.Val] = true
				}
			case a.Key == "href" || a.Key == "src":
				if !safeURL(a.Val, name == "img") {
					d.findf(line, "unsafe-url", "link to an address with https, http, mailto or tel, or to a file", "raw HTML leads to %q", a.Val)
				} else if a.Val != "" {
					d.Links = append(d.Links, Link{Dest: a.Val, Line: line, Image: name == "img"})
				}
			}
		}
	}
}

// htmlTokens yields the tags and texts of raw HTML, comments left out.
func htmlTokens(raw []byte) func(yield func(html.Token) bool) {
	return func(yield func(html.Token) bool) {
		z := html.NewTokenizer(bytes.NewReader(comment.ReplaceAll(raw, nil)))
		for {
			if z.Next() == html.ErrorToken {
				return
			}
			if token := z.Token(); token.Type != html.CommentToken && token.Type != html.DoctypeToken && !yield(token) {
				return
			}
		}
	}
}

// writeHTML writes the harmless part of raw HTML anew. Open counts the elements
// that are open across the fragments of a page, so that a stray end tag cannot
// close an element of the layout.
func (p *page) writeHTML(raw []byte) {
	for token := range htmlTokens(raw) {
		switch token.Type {
		case html.TextToken:
			if dropped := p.dropping; dropped == "" {
				p.w.WriteString(html.EscapeString(token.Data))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			p.startTag(token)
		case html.EndTagToken:
			p.endTag(token.Data)
		}
	}
}

var void = map[string]bool{"br": true, "hr": true, "img": true, "wbr": true, "source": true}

func (p *page) startTag(token html.Token) {
	name := token.Data
	if name == "script" || name == "style" || name == "iframe" || name == "object" || name == "template" || name == "svg" || name == "math" {
		if token.Type == html.StartTagToken && p.dropping == "" {
			p.dropping = name
		}
		return
	}
	allowed, ok := harmless[name]
	if !ok || unwrapped[name] || p.dropping != "" || (!p.d.foreign && !own[name]) {
		return
	}
	if name == "h1" {
		name = "h2" // the page has its h1 already
	}
	if src := attribute(token, "src"); name == "img" && External(src) {
		p.remoteImage(p.w, src, attribute(token, "alt"))
		return
	}
	p.w.WriteString("<" + name)
	for _, a := range token.Attr {
		if !slices.Contains(allowed, a.Key) {
			continue
		}
		key, value := a.Key, a.Val
		switch key {
		case "href", "src":
			if !safeURL(value, name == "img") {
				continue
			}
			if href, ok := p.r.Link(value); ok && href == "" {
				continue
			} else if ok {
				value = href
			}
		case "id", "name":
			// Authors set anchors beside headings whose id is the same.
			if !p.d.htmlIDs[value] || p.htmlIDs[value] {
				continue
			}
			key, p.htmlIDs[value] = "id", true
		case "width", "height", "start", "colspan", "rowspan":
			if strings.Trim(value, "0123456789") != "" || value == "" {
				continue
			}
		}
		p.w.WriteString(" " + key + `="` + html.EscapeString(value) + `"`)
	}
	if name == "img" {
		if !hasAttr(token, "alt") {
			p.w.WriteString(` alt=""`)
		}
		p.w.WriteString(` loading="lazy" decoding="async"`)
	}
	p.w.WriteString(">")
	if !void[name] {
		p.open = append(p.open, name)
	}
}

func (p *page) endTag(name string) {
	if p.dropping != "" {
		if name == p.dropping {
			p.dropping = ""
		}
		return
	}
	if name == "h1" {
		name = "h2"
	}
	// Only what was opened may be closed, inner elements first.
	for i := len(p.open) - 1; i >= 0; i-- {
		if p.open[i] == name {
			for j := len(p.open) - 1; j >= i; j-- {
				p.w.WriteString("</" + p.open[j] + ">")
			}
			p.open = p.open[:i]
			return
		}
	}
}

func hasAttr(token html.Token, key string) bool {
	for _, a := range token.Attr {
		if a.Key == key {
			return true
		}
	}
	return false
}
