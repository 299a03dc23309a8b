package markdown

import (
	"bytes"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	goldhtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"

	"lockstep/site"
)

// Span is code in a text: a span within a line, or a block of commands for a shell.
// Whether it names something is for the site to say.
type Span struct {
	Text  string
	Line  int  // of a block: that of its first command
	Shell bool // it is a block
	Prose bool // it is a word of running text that looks like the name of a test
	Label bool // it is a label of a drawing, which may be a command as a whole
}

var testWord = regexp.MustCompile(`\b(?:Test|Fuzz|Benchmark)[A-Z]\w*`)

// testWords notes what only a test can be called, whether or not it is set as code.
func (d *Document) testWords(n *ast.Text) {
	if n.Parent().Kind() == ast.KindCodeSpan {
		return
	}
	value := n.Segment.Value(d.src)
	if !bytes.Contains(value, []byte("Test")) && !bytes.Contains(value, []byte("Fuzz")) && !bytes.Contains(value, []byte("Benchmark")) {
		return
	}
	for _, m := range testWord.FindAllIndex(value, -1) {
		begin := n.Segment.Start + m[0]
		if begin > 0 && isNamePart(d.src[begin-1]) {
			continue
		}
		// An underscore may begin emphasis, so a name may go on in the next node.
		end := n.Segment.Start + m[1]
		for end < len(d.src) && (isNamePart(d.src[end]) || d.src[end] == '\\' && end+1 < len(d.src) && d.src[end+1] == '_') {
			end++
		}
		name := strings.ReplaceAll(string(d.src[begin:end]), `\`, "")
		d.Spans = append(d.Spans, Span{Text: name, Line: d.lineAt(begin), Prose: true})
	}
}

func isNamePart(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b == '_'
}

// shells are the languages of fences that hold commands.
var shells = []string{"sh", "bash", "shell", "console", "zsh", "shell-session"}

func (d *Document) shellFence(n *ast.FencedCodeBlock) {
	if n.Lines().Len() > 0 && slices.Contains(shells, d.info(n).language) {
		d.Spans = append(d.Spans, Span{Text: string(d.lines(n)), Line: d.line(n), Shell: true})
	}
}

// testWordsOfElement does so for text that stands in a block of raw HTML. Its line is
// that of its element.
func (d *Document) testWordsOfElement(n *ast.String) {
	if e, ok := n.Parent().(*element); ok {
		for _, name := range testWord.FindAllString(string(n.Value), -1) {
			d.Spans = append(d.Spans, Span{Text: name, Line: d.lineAt(e.at), Prose: true})
		}
	}
}

// codeElement notes what raw HTML sets as code, as what to type or as what a program
// says. A block of code is none of these.
func (d *Document) codeElement(e *element) {
	parent, nested := e.Parent().(*element)
	if slices.Contains([]string{"code", "kbd", "samp"}, e.name) && !(nested && parent.name == "pre") {
		d.Spans = append(d.Spans, Span{Text: d.text(e), Line: d.lineAt(e.at)})
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
		if site.External(href) {
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
