package markdown

import (
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// A dialect is a way to write that plain Markdown does not know. Those that a text uses
// are named in the account of a site.
const (
	dialectAlerts     = "alerts of GitHub"
	dialectDocusaurus = "admonitions of Docusaurus"
	dialectMkDocs     = "admonitions of MkDocs"
	dialectTabs       = "tabs"
	dialectMermaid    = "Mermaid"
	dialectMath       = "math"
	dialectEmoji      = "emoji by name"
	dialectContents   = "a table of contents"
	dialectMDX        = "MDX"
	dialectTOML       = "TOML front matter"
	dialectWiki       = "wiki links"
	dialectShortcodes = "shortcodes"
	dialectKramdown   = "attributes of kramdown"
	dialectAttributes = "attributes of MkDocs"
	dialectIcons      = "icons of MkDocs"
)

// speaks notes that the text uses a dialect.
func (d *Document) speaks(dialect string) {
	if !slices.Contains(d.Dialects, dialect) {
		d.Dialects = append(d.Dialects, dialect)
		slices.Sort(d.Dialects)
	}
}

// once reports the first of its kind in a text. The others say nothing new.
func (d *Document) once(kind string, line int, rule, mend, format string, args ...any) {
	if d.told == nil {
		d.told = make(map[string]bool)
	}
	if key := rule + " " + kind; !d.told[key] {
		d.told[key] = true
		d.findf(line, rule, mend, format, args...)
	}
}

// mark is what an inline parser of a dialect leaves on the node that it makes: the
// parser does not know the document.
type mark struct {
	dialect string
	at      int    // offset in the body
	wrong   string // why it is shown as it is written, "" if it is understood
	kind    string // of what is wrong, for one finding a kind
	name    string // of an icon
}

const markKey = "dialect"

func marked(n ast.Node, m mark) ast.Node {
	n.SetAttributeString(markKey, m)
	return n
}

// marks notes the dialects of inline nodes, and reports what is not understood.
func (d *Document) marks() {
	asked := make(map[ast.Node]bool)
	ast.Walk(d.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		value, ok := n.AttributeString(markKey)
		if m, is := value.(mark); entering && ok && is {
			d.speaks(m.dialect)
			if m.dialect == dialectIcons {
				d.sayIcon(n, m.name, asked)
			}
			if m.wrong != "" {
				d.once(m.kind, d.lineAt(m.at), "dialect", "write it in Markdown, or as code between backticks", "%s", m.wrong)
			}
		}
		return ast.WalkContinue, nil
	})
}

// literal is what is not understood, shown as it is written and set as code, so that
// readers see that it is not meant for them.
func literal(source string, m mark) ast.Node {
	code := &element{name: "code", at: m.at}
	text := ast.NewString([]byte(source))
	text.SetRaw(true)
	code.AppendChild(code, text)
	return marked(code, m)
}

// rawLine is a line of a block as it is written.
func (d *Document) rawLine(n ast.Node, i int) string {
	segment := n.Lines().At(i)
	return strings.TrimSpace(string(segment.Value(d.src)))
}

// replace puts nodes in the place of one.
func replace(n ast.Node, with ...ast.Node) {
	parent := n.Parent()
	for _, other := range with {
		if other.Parent() != nil {
			other.Parent().RemoveChild(other.Parent(), other)
		}
		parent.InsertBefore(parent, n, other)
	}
	parent.RemoveChild(parent, n)
}

// children lists the children of a node, so that they can be moved.
func children(n ast.Node) (all []ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		all = append(all, c)
	}
	return all
}
