package markdown

import (
	"fmt"
	"html"
	"slices"

	"github.com/yuin/goldmark/ast"
	goldhtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// Span is code in a text: a span within a line, or a block of commands for a shell.
// Whether it names something is for the site to say.
type Span struct {
	Text  string
	Line  int  // of a block: that of its first command
	Shell bool // it is a block
}

// shells are the languages of fences that hold commands.
var shells = []string{"sh", "bash", "shell", "console", "zsh", "shell-session"}

func (d *Document) shellFence(n *ast.FencedCodeBlock) {
	if n.Lines().Len() > 0 && slices.Contains(shells, d.info(n).language) {
		d.Spans = append(d.Spans, Span{Text: string(d.lines(n)), Line: d.line(n), Shell: true})
	}
}

// codeSpan writes a code span, and if it names something in the code, as a link to it.
func (p *page) codeSpan(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	href, where, ok := "", "", false
	if !p.inLink() && !inHeading(n) {
		href, where, ok = p.r.Name(p.d.text(n))
	}
	switch {
	case ok && href != "":
		external := ""
		if External(href) {
			external = ` rel="noopener"`
		}
		fmt.Fprintf(w, `<a class="name"%s href="%s" title="%s"><code>`, external, html.EscapeString(href), html.EscapeString(where))
	case ok && where != "":
		fmt.Fprintf(w, `<code title="%s">`, html.EscapeString(where))
	default:
		w.WriteString("<code>")
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		value := c.(*ast.Text).Segment.Value(source)
		if len(value) > 0 && value[len(value)-1] == '\n' {
			goldhtml.DefaultWriter.RawWrite(w, value[:len(value)-1])
			w.WriteByte(' ')
		} else {
			goldhtml.DefaultWriter.RawWrite(w, value)
		}
	}
	w.WriteString("</code>")
	if ok && href != "" {
		w.WriteString("</a>")
	}
	return ast.WalkSkipChildren, nil
}

// inHeading: the text of a heading is repeated in the outline, and is no place for
// links.
func inHeading(n ast.Node) bool {
	for p := n.Parent(); p != nil; p = p.Parent() {
		if e, ok := p.(*element); p.Kind() == ast.KindHeading || ok && (isHeading(e.name) || e.name == "a" || e.name == "summary") {
			return true
		}
	}
	return false
}
