package markdown

import (
	"bufio"
	"bytes"
	"strconv"
	"sync"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	goldhtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"

	"lockstep/site"
	"lockstep/site/run"
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
	// Age says how the evidence of a number is older than the code that it judges,
	// "" if it is not.
	Age(dest string) string
	// Name leads to where the code defines what a code span names. Where is what the
	// reader is told of the place; an empty href is for a place that cannot be shown. ok
	// is false for a span that is no name.
	Name(span string) (href, where string, ok bool)
	// Diagram draws a diagram.
	Diagram(source, title, alt string) (site.HTML, error)
	// Chart draws recorded figures.
	Chart(source, title, alt string) (site.HTML, error)
	// Play shows inputs of the model that the reader may change.
	Play(source, title, alt string) (site.HTML, error)
	// Run shows what was recorded of a run. ok is false for one that cannot be shown;
	// the site's judge reports it.
	Run(f run.Fence) (drawing site.HTML, ok bool)
}

// page is one rendering of a document.
type page struct {
	d        *Document
	r        Resolver
	w        *bufio.Writer
	links    []ast.Node      // that are open
	seen     map[string]bool // terms that are linked already
	numbered map[string]int  // how many tables, blocks of code
	scratch  []byte          // for code, block after block
	findings []site.Finding
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Render writes the body of the page. The findings are those that only the
// rendering can make: a diagram that cannot be drawn.
func (d *Document) Render(r Resolver) (site.HTML, []site.Finding) {
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	d.Blocks()
	buf.Reset()
	p := &page{d: d, r: r, seen: make(map[string]bool), numbered: make(map[string]int)}
	p.w = bufio.NewWriter(buf)
	rend := renderer.NewRenderer(renderer.WithNodeRenderers(
		util.Prioritized(goldhtml.NewRenderer(), 1000),
		util.Prioritized(extension.NewTableHTMLRenderer(), 500),
		util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 500),
		util.Prioritized(extension.NewDefinitionListHTMLRenderer(), 500),
		util.Prioritized(p, 100),
	))
	if err := rend.Render(p.w, d.src, d.root); err != nil {
		p.findings = append(p.findings, site.Finding{File: d.Source, Rule: "render", Message: "the page could not be written: " + err.Error()})
	}
	p.w.Flush()
	return site.HTML(buf.String()), p.findings
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
		ast.KindCodeSpan:        p.codeSpan,
		ast.KindCodeBlock:       p.codeBlock,
		kindElement:             p.element,
	} {
		reg.Register(kind, f)
	}
	p.registerTables(reg)
	p.registerFootnotes(reg)
}

// enterLink opens a link unless one is open: there are no links within links.
func (p *page) enterLink(n ast.Node) bool {
	if p.inLink() {
		return false
	}
	p.links = append(p.links, n)
	return true
}

// leaveLink says whether n is the link that is open, and closes it.
func (p *page) leaveLink(n ast.Node) bool {
	if !p.inLink() || p.links[len(p.links)-1] != n {
		return false
	}
	p.links = p.links[:len(p.links)-1]
	return true
}

func (p *page) inLink() bool { return len(p.links) > 0 }

// label names a region of the page, which must differ from the others.
func (p *page) label(kind string) string {
	p.numbered[kind]++
	return kind + " " + strconv.Itoa(p.numbered[kind])
}
