package markdown

import (
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// shifted reads blocks of MDX that stand to the right because their component does.
// Elsewhere such lines are code; in MDX only what stands between fences is. The blocks
// lie in a node of their own while they are parsed, and take its place behind.
type shifted struct{}

var (
	isMDXKey = parser.NewContextKey()
	// shiftKey is by how many columns the blocks of a node stand to the right.
	shiftKey = "shift"
)

func (shifted) Trigger() []byte             { return nil }
func (shifted) CanInterruptParagraph() bool { return false }
func (shifted) CanAcceptIndentedLine() bool { return true }

func (shifted) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, _ := reader.PeekLine()
	width, _ := util.IndentWidth(line, reader.LineOffset())
	if isMDX, _ := pc.Get(isMDXKey).(bool); !isMDX || width < 4 || util.IsBlank(line) || deep(parent) {
		return nil, parser.NoChildren
	}
	n := ast.NewBlockquote()
	n.SetAttributeString(containerKey, container{})
	n.SetAttributeString(shiftKey, width)
	advance(reader, line, width)
	return n, parser.HasChildren
}

func (shifted) Continue(n ast.Node, reader text.Reader, _ parser.Context) parser.State {
	line, _ := reader.PeekLine()
	if util.IsBlank(line) {
		return parser.Continue | parser.HasChildren
	}
	shift, _ := n.AttributeString(shiftKey)
	width, _ := util.IndentWidth(line, reader.LineOffset())
	if width < shift.(int) {
		return parser.Close
	}
	advance(reader, line, shift.(int))
	return parser.Continue | parser.HasChildren
}

func (shifted) Close(ast.Node, text.Reader, parser.Context) {}

func advance(reader text.Reader, line []byte, columns int) {
	at, padding := util.IndentPosition(line, reader.LineOffset(), columns)
	reader.AdvanceAndSetPadding(at, padding)
}

// unshift puts blocks in the place of the nodes in which they were parsed.
func unshift(root ast.Node) {
	for c := root.FirstChild(); c != nil; {
		next := c.NextSibling()
		if _, ok := c.AttributeString(shiftKey); ok {
			first := c.FirstChild()
			for c.FirstChild() != nil {
				root.InsertBefore(root, c, c.FirstChild())
			}
			root.RemoveChild(root, c)
			if first != nil {
				next = first
			}
			c = next
			continue
		}
		unshift(c)
		c = next
	}
}
