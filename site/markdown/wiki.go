package markdown

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
	"golang.org/x/net/html"
)

// WikiScheme begins the address of a wiki link, whose rest is the name of a page or of a
// file. Where that is is for the site to say.
const WikiScheme = "wiki:"

// wikiLink reads "[[Page]]", "[[Page#Part]]" and "[[Page|text]]", and what Obsidian would
// show in its place: "![[picture.png]]" is a picture, and "![[Page]]" a link, since the page
// has its own place.
type wikiLink struct{}

const wikiKey = "wiki"

// longestWikiLink is how long one may be, in bytes.
const longestWikiLink = 512

func (wikiLink) Trigger() []byte { return []byte{'[', '!'} }

func (wikiLink) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	written, segment := block.PeekLine()
	line := bytes.TrimPrefix(written, []byte("!"))
	embedded := len(line) < len(written)
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
	written = written[:len(written)-len(line)+end+2]
	block.Advance(len(written))
	var n ast.Node
	if dest := WikiScheme + strings.TrimSpace(string(name)); embedded && IsPicture(dest) {
		n = wikiPicture(dest, string(unescape(label)), segment.Start)
	} else {
		link := ast.NewLink()
		link.Destination = []byte(dest)
		to := segment.Start + len(written) - 2
		from := to - len(inside)
		switch {
		case titled && len(bytes.TrimSpace(label)) > 0 && !(embedded && pictureSize.Match(label)):
			from = to - len(label)
		case titled:
			to = from + len(name)
		}
		link.AppendChild(link, ast.NewTextSegment(text.NewSegment(from, to)))
		n = link
	}
	n.SetAttributeString(wikiKey, string(written))
	return marked(n, mark{dialect: dialectWiki, at: segment.Start})
}

// IsPicture says whether a file is one that browsers show as a picture, by its name.
func IsPicture(file string) bool {
	return slices.Contains([]string{".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".avif"}, strings.ToLower(path.Ext(file)))
}

// pictureSize is how wide something is shown, and how high.
var pictureSize = regexp.MustCompile(`^\s*([1-9]\d{0,3})(?:x([1-9]\d{0,3}))?\s*$`)

// wikiPicture is a picture with what stands behind its name: its size, and what it shows,
// which is otherwise said by the name.
func wikiPicture(dest, label string, at int) *element {
	alt := strings.TrimSuffix(path.Base(strings.TrimPrefix(dest, WikiScheme)), path.Ext(dest))
	e := &element{name: "img", at: at, attrs: []html.Attribute{attribute("src", dest)}}
	for part := range strings.SplitSeq(label, "|") {
		if size := pictureSize.FindStringSubmatch(part); size != nil {
			e.attrs = append(e.attrs, attribute("width", size[1]), attribute("height", size[2]))
		} else if strings.TrimSpace(part) != "" {
			alt = strings.TrimSpace(part)
		}
	}
	e.attrs = append(e.attrs, attribute("alt", alt))
	return e
}

// isWiki says whether a link or a picture was written by a name.
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
			writeWiki(w, n)
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

// writeWiki writes a wiki link or picture as the text that its author wrote.
func writeWiki(w util.BufWriter, n ast.Node) {
	source, _ := n.AttributeString(wikiKey)
	w.Write(util.EscapeHTML([]byte(source.(string))))
}
