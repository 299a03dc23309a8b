package markdown

import (
	"bufio"
	"bytes"
	"strings"
	"sync"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	goldhtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"

	"lockstep/site"
)

// Resolver is how a document sees the rest of the site. Addresses that it gives
// are relative to the page and fit to be written. Documents ask from many
// goroutines at once.
type Resolver interface {
	// Link leads to another source file, a page or a file of the tree, by the
	// address as written. ok is false for an address that leads nowhere; it is
	// then written as it is, and the site's judge reports it. An empty href is
	// for what exists and cannot be shown: the text stays, and is no link.
	Link(dest string) (href string, ok bool)
	// Reference leads to the definition of an identifier. ok is false for what
	// only looks like one.
	Reference(id string) (href, title string, ok bool)
	// Terms are the glossary's, or nil.
	Terms() *Terms
	// Term leads to a term.
	Term(t site.Term) (href string)
	// Value leads to the derivation of a number.
	Value(dest string) (href string, ok bool)
	// Diagram draws a diagram.
	Diagram(source, title, alt string) (site.HTML, error)
}

// page is one rendering of a document.
type page struct {
	d        *Document
	r        Resolver
	w        *bufio.Writer
	inLink   int
	seen     map[string]bool // terms that are linked already
	open     []string        // raw HTML elements that are open
	dropping string          // raw HTML element whose content is dropped
	htmlIDs  map[string]bool // of raw HTML, written already
	figures  int
	scratch  []byte // for code, block after block
	findings []site.Finding
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Render writes the body of the page. The findings are those that only the
// rendering can make: a diagram that cannot be drawn.
func (d *Document) Render(r Resolver) (site.HTML, []site.Finding) {
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	buf.Reset()
	p := &page{d: d, r: r, seen: make(map[string]bool), htmlIDs: make(map[string]bool)}
	p.w = bufio.NewWriter(buf)
	rend := renderer.NewRenderer(renderer.WithNodeRenderers(
		util.Prioritized(goldhtml.NewRenderer(), 1000),
		util.Prioritized(extension.NewTableHTMLRenderer(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)), 500),
		util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 500),
		util.Prioritized(extension.NewDefinitionListHTMLRenderer(), 500),
		util.Prioritized(extension.NewFootnoteHTMLRenderer(
			extension.WithFootnoteIDPrefix("note-"), extension.WithFootnoteBacklinkHTML("↩"),
			extension.WithFootnoteLinkClass("footnote-ref"), extension.WithFootnoteBacklinkClass("footnote-back")), 500),
		util.Prioritized(p, 100),
	))
	if err := rend.Render(p.w, d.src, d.root); err != nil {
		p.findings = append(p.findings, site.Finding{File: d.Source, Rule: "render", Message: "the page could not be written: " + err.Error()})
	}
	for i := len(p.open) - 1; i >= 0; i-- {
		p.w.WriteString("</" + p.open[i] + ">")
	}
	p.w.Flush()
	// goldmark writes footnote ids with a colon, which CSS and some URL checks
	// trip over.
	out := buf.String()
	if strings.Contains(out, "note-fn") {
		out = strings.NewReplacer(`"note-fn:`, `"note-`, `"#note-fn:`, `"#note-`, `"note-fnref:`, `"noteref-`, `"#note-fnref:`, `"#noteref-`,
			`"note-fnref1:`, `"noteref1-`, `"#note-fnref1:`, `"#noteref1-`, `role="doc-backlink">`, `role="doc-backlink" aria-label="Back to the text">`).Replace(out)
	}
	return site.HTML(out), p.findings
}

// RegisterFuncs takes over the nodes that this package writes in its own way.
func (p *page) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	for kind, f := range map[ast.NodeKind]renderer.NodeRendererFunc{
		ast.KindText:            p.text,
		ast.KindHeading:         p.heading,
		ast.KindParagraph:       p.paragraph,
		ast.KindBlockquote:      p.blockquote,
		ast.KindLink:            p.link,
		ast.KindAutoLink:        p.autoLink,
		ast.KindImage:           p.image,
		ast.KindFencedCodeBlock: p.fence,
		ast.KindCodeBlock:       p.codeBlock,
		ast.KindRawHTML:         p.rawHTML,
		ast.KindHTMLBlock:       p.htmlBlock,
	} {
		reg.Register(kind, f)
	}
	p.registerTables(reg)
}
