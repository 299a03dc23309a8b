package markdown

import (
	"bytes"
	"fmt"
	"html"
	"strings"
	"sync"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"

	"lockstep/site"
)

// info is the first line of a fence: ```go title="main.go".
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
	return i
}

func (d *Document) info(n *ast.FencedCodeBlock) info {
	if n.Info == nil {
		return info{}
	}
	return parseInfo(string(unescape(n.Info.Segment.Value(d.src))))
}

// diagramFence checks what a diagram must have for those who cannot see it.
func (d *Document) diagramFence(n *ast.FencedCodeBlock) {
	if i := d.info(n); i.language == "d2" && !d.foreign && (i.title == "" || i.alt == "") {
		d.find(d.line(n)-1, "diagram-text", "a diagram has no title or no alternative text", "write ```d2 title=\"…\" alt=\"what it shows, in a sentence\"")
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
	if i.language == "d2" {
		drawing, err := p.r.Diagram(string(source), i.title, i.alt)
		if err == nil {
			w.WriteString(string(drawing))
			return ast.WalkSkipChildren, nil
		}
		p.findings = append(p.findings, site.Finding{File: p.d.Source, Line: p.d.line(n), Rule: "diagram",
			Message: "the diagram cannot be drawn: " + err.Error(), Mend: "mend the D2 text; its lines count from here"})
	}
	p.code(w, i, source)
	return ast.WalkSkipChildren, nil
}

func (p *page) codeBlock(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		p.code(w, info{}, p.d.lines(n))
	}
	return ast.WalkSkipChildren, nil
}

func (p *page) code(w util.BufWriter, i info, source []byte) {
	label := "Code"
	if i.language != "" {
		label = i.language
	}
	if i.title != "" {
		label = i.title
	}
	p.figures++
	w.WriteString(`<figure class="code">`)
	if i.title != "" {
		fmt.Fprintf(w, `<figcaption>%s</figcaption>`, html.EscapeString(i.title))
	}
	fmt.Fprintf(w, `<pre class="chroma" tabindex="0" role="region" aria-label="%s, block %d"`, html.EscapeString(label), p.figures)
	if i.language != "" {
		fmt.Fprintf(w, ` data-language="%s"`, html.EscapeString(i.language))
	}
	w.WriteString(`><code>`)
	highlight(w, i.language, source)
	w.WriteString("</code></pre></figure>\n")
}

var lexersByName sync.Map // string -> chroma.Lexer, nil for a language that is not known

func lexer(language string) chroma.Lexer {
	if l, ok := lexersByName.Load(language); ok {
		l, _ := l.(chroma.Lexer)
		return l
	}
	var l chroma.Lexer
	if language != "" && language != "text" && language != "plain" && language != "plaintext" {
		l = lexers.Get(language)
	}
	if l == nil {
		lexersByName.Store(language, (chroma.Lexer)(nil))
		return nil
	}
	lexersByName.Store(language, l)
	return l
}

// highlight writes code with the class names that every chroma stylesheet uses.
// Neighbouring tokens of one class share an element, and most names need none,
// which makes pages a good deal smaller.
func highlight(w util.BufWriter, language string, source []byte) {
	l := lexer(language)
	if l == nil {
		w.Write(util.EscapeHTML(source))
		return
	}
	tokens, err := l.Tokenise(nil, string(source))
	if err != nil {
		w.Write(util.EscapeHTML(source))
		return
	}
	open := ""
	for token := tokens(); token != chroma.EOF; token = tokens() {
		class := classOf(token.Type)
		if class != open && !(open != "" && strings.TrimSpace(token.Value) == "") {
			if open != "" {
				w.WriteString("</span>")
			}
			if class != "" {
				w.WriteString(`<span class="` + class + `">`)
			}
			open = class
		}
		w.Write(util.EscapeHTML([]byte(token.Value)))
	}
	if open != "" {
		w.WriteString("</span>")
	}
}

// classOf folds chroma's many token types into the few that the stylesheet
// tells apart.
func classOf(t chroma.TokenType) string {
	switch {
	case t.InCategory(chroma.Keyword):
		if t == chroma.KeywordType {
			return "kt"
		}
		return "k"
	case t.InSubCategory(chroma.LiteralString):
		return "s"
	case t.InSubCategory(chroma.LiteralNumber):
		return "m"
	case t.InCategory(chroma.Literal):
		return "s"
	case t.InCategory(chroma.Comment):
		return "c"
	case t == chroma.NameFunction, t == chroma.NameFunctionMagic:
		return "nf"
	case t == chroma.NameClass, t == chroma.NameNamespace, t == chroma.NameException:
		return "nc"
	case t == chroma.NameTag:
		return "nt"
	case t == chroma.NameAttribute, t == chroma.NameDecorator, t == chroma.NameProperty:
		return "na"
	case t == chroma.NameBuiltin, t == chroma.NameBuiltinPseudo, t == chroma.NameConstant:
		return "nb"
	case t == chroma.NameVariable, t == chroma.NameVariableGlobal, t == chroma.NameVariableInstance:
		return "nv"
	case t == chroma.GenericDeleted:
		return "gd"
	case t == chroma.GenericInserted:
		return "gi"
	case t == chroma.GenericHeading, t == chroma.GenericSubheading:
		return "gh"
	case t == chroma.GenericPrompt:
		return "gp"
	case t == chroma.Error:
		return ""
	}
	return ""
}
