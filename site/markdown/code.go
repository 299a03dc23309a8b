package markdown

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"html"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"

	"lockstep/site"
	"lockstep/site/columns"
	"lockstep/site/rehearsal"
)

// info is the first line of a fence: ```go title="main.go", or ```go [main.go] as VitePress
// has it.
type info struct {
	language   string
	title, alt string
}

func parseInfo(s string) (i info) {
	s = strings.TrimSpace(s)
	if cut := strings.IndexAny(s, " \t{"); cut >= 0 {
		i.language, s = s[:cut], s[cut:]
	} else {
		i.language, s = s, ""
	}
	i.language = strings.ToLower(i.language)
	for key, into := range map[string]*string{"title": &i.title, "alt": &i.alt} {
		if _, rest, ok := strings.Cut(s, key+`="`); ok {
			*into, _, _ = strings.Cut(rest, `"`)
		}
	}
	if m := fileInBrackets.FindStringSubmatch(s); m != nil && i.title == "" {
		i.title = m[1]
	}
	return i
}

var fileInBrackets = regexp.MustCompile(`^(?:[ \t]*\{[^}]*\})?[ \t]+\[((?:[\p{L}\d_@.][^\[\]]*)?\p{L}[^\[\]]*)\]`)

func (d *Document) info(n *ast.FencedCodeBlock) info {
	if isMathBlock(n) {
		return info{language: "math"}
	}
	if n.Info == nil {
		return info{}
	}
	return parseInfo(string(unescape(n.Info.Segment.Value(d.src))))
}

// diagramFence checks what a diagram must have for those who cannot see it.
func (d *Document) diagramFence(n *ast.FencedCodeBlock) {
	if i := d.info(n); i.language == "d2" && d.strict && (i.title == "" || i.alt == "") {
		d.find(d.line(n)-1, "diagram-text", "a diagram has no title or no alternative text", "write ```d2 title=\"…\" alt=\"what it shows, in a sentence\"")
	}
}

// rehearsalFence checks a block that is to be rehearsed.
func (d *Document) rehearsalFence(n *ast.FencedCodeBlock) {
	if n.Info == nil {
		return
	}
	for _, p := range rehearsal.Judge(string(unescape(n.Info.Segment.Value(d.src))), string(d.lines(n)), d.line(n)-1) {
		d.find(p.Line, "rehearsal", p.Message, p.Mend)
	}
}

func (d *Document) lines(n ast.Node) []byte {
	var b bytes.Buffer
	for i := range n.Lines().Len() {
		segment := n.Lines().At(i)
		b.Write(segment.Value(d.src))
	}
	return b.Bytes()
}

func (p *page) fence(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	fence := n.(*ast.FencedCodeBlock)
	i := p.d.info(fence)
	source := p.d.lines(n)
	if draw, ok := map[string]func(source, title, alt string) (site.HTML, error){"d2": p.diagram, "chart": p.r.Chart, "columns": columns.Draw, "play": p.r.Play, "mermaid": p.mermaidDiagram, "run": p.drawRun(fence)}[i.language]; ok {
		drawing, err := draw(string(source), i.title, i.alt)
		if err == nil {
			w.WriteString("<div")
			blockAttributes(w, n)
			w.WriteByte('>')
			w.WriteString(string(drawing))
			w.WriteString("</div>\n")
			return ast.WalkSkipChildren, nil
		}
		if errors.Is(err, errNotDrawn) { // which is reported already
			i.title = cmp.Or(i.title, map[string]string{"mermaid": "A diagram in Mermaid, as its text", "run": "A run of the laboratory, which cannot be shown"}[i.language])
			if i.language == "run" {
				source = n.(*ast.FencedCodeBlock).Info.Segment.Value(p.d.src)
			}
			p.code(w, n, i, source)
			return ast.WalkSkipChildren, nil
		}
		p.findings = append(p.findings, site.Finding{File: p.d.Source, Line: p.d.line(n), Rule: "diagram",
			Message: map[bool]string{true: "the inputs cannot be shown: ", false: "the drawing cannot be made: "}[i.language == "play"] + err.Error(), Mend: "mend its text; its lines count from here"})
	}
	if fence.Info != nil {
		i.title = cmp.Or(i.title, rehearsal.Caption(string(fence.Info.Segment.Value(p.d.src))))
	}
	if i.language == "math" {
		if p.math(w, n, source) {
			return ast.WalkSkipChildren, nil
		}
		i.language, i.title = "latex", "A formula, as it is written"
	}
	p.code(w, n, i, source)
	return ast.WalkSkipChildren, nil
}

func (p *page) codeBlock(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		p.code(w, n, info{}, p.d.lines(n))
	}
	return ast.WalkSkipChildren, nil
}

func (p *page) code(w util.BufWriter, n ast.Node, i info, source []byte) {
	label := i.language
	if label == "" {
		label = "plain text"
	}
	if i.title != "" {
		label = i.title
	}
	w.WriteString(`<figure class="code">`)
	if i.title != "" {
		fmt.Fprintf(w, `<figcaption>%s</figcaption>`, html.EscapeString(i.title))
	}
	fmt.Fprintf(w, `<pre class="chroma" tabindex="0" role="region" aria-label="%s: %s"`, p.label("Code"), html.EscapeString(label))
	if i.language != "" {
		fmt.Fprintf(w, ` data-language="%s"`, html.EscapeString(i.language))
	}
	blockAttributes(w, n)
	w.WriteString(`><code>`)
	p.scratch = highlight(p.scratch[:0], i.language, source)
	w.Write(p.scratch)
	w.WriteString("</code></pre></figure>\n")
}
