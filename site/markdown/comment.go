package markdown

import (
	"bytes"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"

	"lockstep/site"
)

// CommentVersion numbers the rules by which a comment becomes HTML. Comments are
// kept as they were written, and rendered when they are read, so a change of the
// rules holds for old ones too.
const CommentVersion = 1

// Comment renders what a stranger wrote. There are two walls, either of which
// would do: the renderer writes a few elements and knows no others, and what it
// wrote then passes an allow-list. No image, raw HTML, id, class, style or title
// comes through, and links are http, https or mailto. Characters that change
// the direction of text, or that nobody sees, are shown by their code points.
func Comment(src string) site.HTML {
	var buf bytes.Buffer
	if err := comments().Convert([]byte(src), &buf); err != nil {
		return site.HTML("<p>" + html.EscapeString(site.Visible(src)) + "</p>")
	}
	// Last of all, since an entity is a hidden character only now. What stands for
	// one needs no escaping.
	return site.HTML(site.Visible(string(commentPolicy().SanitizeBytes(buf.Bytes()))))
}

var comments = sync.OnceValue(func() goldmark.Markdown {
	return goldmark.New(
		goldmark.WithParser(commentParser()),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(commentRenderer{}, 100), util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 500))),
	)
})

var commentPolicy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "em", "strong", "del", "code", "pre", "blockquote", "ul", "ol", "li", "hr")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("start").Matching(regexp.MustCompile(`^[0-9]{1,9}$`)).OnElements("ol")
	p.AllowURLSchemes("http", "https", "mailto")
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(false)
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	return p
})

// commentRenderer replaces what goldmark would write for nodes that a comment
// may not have.
type commentRenderer struct{}

func (commentRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindHeading, wrapped("<p><strong>", "</strong></p>\n"))
	reg.Register(ast.KindImage, commentImage)
	reg.Register(ast.KindLink, commentLink)
	reg.Register(ast.KindAutoLink, commentAutoLink)
}

func wrapped(before, after string) renderer.NodeRendererFunc {
	return func(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			w.WriteString(before)
		} else {
			w.WriteString(after)
		}
		return ast.WalkContinue, nil
	}
}

// commentImage names a picture. Nothing is fetched for a comment.
func commentImage(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		fmt.Fprintf(w, "[picture: %s]", html.EscapeString(destination(n.(*ast.Image).Destination)))
	}
	return ast.WalkSkipChildren, nil
}

func commentLink(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	dest := destination(n.(*ast.Link).Destination)
	switch {
	case !commentURL(dest):
		if !entering && dest != "" {
			w.WriteString(" (" + html.EscapeString(dest) + ")")
		}
	case entering:
		w.WriteString(`<a href="` + html.EscapeString(string(util.URLEscape([]byte(dest), false))) + `">`)
	default:
		w.WriteString("</a>")
	}
	return ast.WalkContinue, nil
}

func commentAutoLink(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	a := n.(*ast.AutoLink)
	dest, label := string(a.URL(source)), html.EscapeString(string(a.Label(source)))
	if a.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(dest), "mailto:") {
		dest = "mailto:" + dest
	}
	if !commentURL(dest) {
		w.WriteString(label)
		return ast.WalkContinue, nil
	}
	w.WriteString(`<a href="` + html.EscapeString(string(util.URLEscape([]byte(dest), false))) + `">` + label + "</a>")
	return ast.WalkContinue, nil
}

func commentURL(dest string) bool {
	u, err := url.Parse(dest)
	if err != nil || !safeURL(dest, false) {
		return false
	}
	switch u.Scheme {
	case "http", "https":
		return u.Host != ""
	case "mailto":
		return strings.Contains(u.Opaque, "@")
	}
	return false
}
