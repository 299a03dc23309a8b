package markdown

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
	"golang.org/x/net/html"
)

// attributes reads what MkDocs takes for attributes of what stands before it:
// "[Go](x.md){ .md-button }". How it looks is none of a reader's business; the id of a heading, of a link
// and of code is kept.
type attributes struct{}

const (
	attributeItem = `(?:[.#][^\s.#{}="'][^\s#{}="']*|[\w:-]+=(?:"[^"\n}]*"|'[^'\n}]*'|[^\s"'{}=]+)|data-[\w-]+)`
	// maxAttributes is how long a list of them may be, in bytes.
	maxAttributes = 512
)

var (
	isMkDocsKey = parser.NewContextKey()
	// hasAttributesKey is set when a list was taken out of a line.
	hasAttributesKey = parser.NewContextKey()
	mkdocsAttributes = regexp.MustCompile(`^\{:?[ \t]*(` + attributeItem + `(?:[ \t]+` + attributeItem + `)*)[ \t]*\}`)
	icon             = regexp.MustCompile(`^(?:material|octicons|fontawesome|simple)-[\w-]+$`)
	iconWords        = regexp.MustCompile(`^[a-z]+-(?:brands-|regular-|solid-)?(.*?)(?:-\d+)?$`)
)

func (attributes) Trigger() []byte { return []byte{'{'} }

func (attributes) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	before := parent.LastChild()
	if isMkDocs, _ := pc.Get(isMkDocsKey).(bool); !isMkDocs || before == nil {
		return nil
	}
	line, _ := block.PeekLine()
	m := mkdocsAttributes.FindSubmatch(line[:min(len(line), maxAttributes)])
	if m == nil {
		return nil
	}
	id := idInList(string(m[1]))
	switch n := before.(type) {
	case *parser.Delimiter:
		if !n.CanClose {
			return nil
		}
	case *ast.Text:
		if parent.Kind() != ast.KindHeading || !util.IsBlank(line[len(m[0]):]) {
			return nil // what stands behind plain text is none: f{x=1}
		}
		n.Segment = n.Segment.TrimRightSpace(block.Source())
		if id != "" {
			parent.SetAttributeString("id", []byte(id))
		}
	case *ast.Link, *ast.Image, *ast.CodeSpan, *ast.AutoLink, *ast.String:
		if id == "" {
			break
		}
		anchor := &element{name: "a", at: max(before.Pos(), 0), attrs: []html.Attribute{attribute("id", id)}}
		parent.InsertBefore(parent, before, anchor)
		if link, ok := before.(*ast.Link); ok && !link.HasChildren() && len(link.Destination) == 0 { // "[](){ #id }" is only a place
			parent.RemoveChild(parent, link)
			before = anchor
		}
	default:
		return nil
	}
	block.Advance(len(m[0]))
	pc.Set(hasAttributesKey, true)
	return before // which is the last as before
}

// iconNode is an icon of MkDocs, which is left out: its name is noise to a reader.
func iconNode(name string, at int) ast.Node {
	return marked(ast.NewString(nil), mark{dialect: dialectIcons, at: at, kind: "icon", wrong: "the icon :" + name + ": is not shown", name: name})
}

// sayIcon gives an icon the words of its name where nothing else is said: a link or a
// cell of a table would be empty. One icon of each parent is asked for, since the first
// says enough.
func (d *Document) sayIcon(n ast.Node, name string, asked map[ast.Node]bool) {
	parent := n.Parent()
	if asked[parent] {
		return
	}
	asked[parent] = true
	if s, ok := n.(*ast.String); ok && d.text(parent) == "" {
		s.Value = []byte(strings.ReplaceAll(iconWords.FindStringSubmatch(name)[1], "-", " "))
	}
}
