package markdown

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// WikiScheme begins the address of a wiki link, whose rest is the name of a page. Where
// that is is for the site to say.
const WikiScheme = "wiki:"

// wikiLink reads "[[Page]]", "[[Page#Part]]" and "[[Page|text]]".
type wikiLink struct{}

const wikiKey = "wiki"

// longestWikiLink is how long one may be, in bytes.
const longestWikiLink = 512

func (wikiLink) Trigger() []byte { return []byte{'['} }

func (wikiLink) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, segment := block.PeekLine()
	if !bytes.HasPrefix(line, []byte("[[")) {
		return nil
	}
	end := bytes.Index(line[:min(len(line), longestWikiLink)], []byte("]]"))
	if end < 3 || end+2 < len(line) && (line[end+2] == '(' || line[end+2] == '[' || line[end+2] == ']') {
		return nil
	}
	inside := line[2:end]
	name, label, titled := bytes.Cut(inside, []byte("|"))
	// "[[1]]" is a reference to a source in brackets, "[[ -f x ]]" a test in a shell, and
	// "[["a", "b"]]" a list.
	if util.IsSpace(inside[0]) || inside[0] == '"' || inside[0] == '\'' || util.IsSpace(inside[len(inside)-1]) || len(bytes.TrimSpace(name)) == 0 || bytes.ContainsAny(inside, "[]<>`*\\") ||
		len(bytes.Trim(name, "0123456789., ")) == 0 {
		return nil
	}
	if _, ok := pc.Reference(util.ToLinkReference(inside)); ok {
		return nil
	}
	block.Advance(end + 2)
	link := ast.NewLink()
	link.Destination = []byte(WikiScheme + strings.TrimSpace(string(name)))
	from, to := segment.Start+2, segment.Start+2+len(name)
	if titled && len(bytes.TrimSpace(label)) > 0 {
		from, to = to+1, to+1+len(label)
	}
	link.AppendChild(link, ast.NewTextSegment(text.NewSegment(from, to)))
	link.SetAttributeString(wikiKey, string(line[:end+2]))
	return marked(link, mark{dialect: dialectWiki, at: segment.Start})
}

// isWiki says whether a link was written by the name of a page.
func isWiki(n ast.Node) bool {
	_, ok := n.AttributeString(wikiKey)
	return ok
}

// wikiDestination is the name of a page, which is no URL and is not decoded like one.
func wikiDestination(l *ast.Link) string { return string(l.Destination) }

// noteWiki notes a wiki link among those of the page.
func (d *Document) noteWiki(n *ast.Link, heading string) {
	d.Links = append(d.Links, Link{Dest: wikiDestination(n), Text: d.text(n), Line: d.line(n), Heading: heading})
}

// wiki writes a wiki link. One that leads nowhere stands as it was written: it may not
// have been meant as one.
func (p *page) wiki(w util.BufWriter, n *ast.Link, entering bool) (ast.WalkStatus, error) {
	dest := wikiDestination(n)
	href, ok := p.r.Link(dest)
	if !ok || href == "" || !safeURL(href, false) {
		if entering {
			source, _ := n.AttributeString(wikiKey)
			w.Write(util.EscapeHTML([]byte(source.(string))))
		}
		return ast.WalkSkipChildren, nil
	}
	switch {
	case entering && p.enterLink(n):
		w.WriteString(`<a href="`)
		w.Write(util.EscapeHTML([]byte(href)))
		w.WriteString(`">`)
	case !entering && p.leaveLink(n):
		w.WriteString("</a>")
	}
	return ast.WalkContinue, nil
}
