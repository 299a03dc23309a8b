package markdown

import (
	"bytes"
	"regexp"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// jsx reads blocks of HTML. In MDX, tags on a line of their own do not begin one that
// goes on to the next blank line: what stands below them is Markdown.
type jsx struct{ parser.BlockParser }

// aloneKey is set for a block that ends with its line.
const aloneKey = "alone"

var tagsAlone = regexp.MustCompile(`^(?:</?[A-Za-z][\w.-]*(?:[\s/](?:[^<>"']|"[^"]*"|'[^']*')*)?>\s*)+$`)

func (j jsx) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, segment := reader.PeekLine()
	if isMDX, _ := pc.Get(isMDXKey).(bool); !isMDX {
		return j.BlockParser.Open(parent, reader, pc)
	}
	line = bytes.TrimSpace(line)
	alone := tagsAlone.Match(line)
	if alone && component.Match(line) { // which ends a paragraph too, as no other unknown tag does
		n := ast.NewHTMLBlock(ast.HTMLBlockType7)
		n.SetAttributeString(aloneKey, true)
		n.Lines().Append(segment)
		reader.AdvanceToEOL()
		return n, parser.NoChildren
	}
	n, state := j.BlockParser.Open(parent, reader, pc)
	if block, ok := n.(*ast.HTMLBlock); ok && (alone && block.HTMLBlockType == ast.HTMLBlockType7 || block.HTMLBlockType == ast.HTMLBlockType6 && (alone || closed(line))) {
		n.SetAttributeString(aloneKey, true)
	}
	return n, state
}

// closed says whether a line ends the element with which it begins:
// "<summary>Text</summary>".
func closed(line []byte) bool {
	return bytes.HasSuffix(line, []byte("</"+componentName(string(line))+">"))
}

func (j jsx) Continue(n ast.Node, reader text.Reader, pc parser.Context) parser.State {
	if _, alone := n.AttributeString(aloneKey); alone {
		return parser.Close
	}
	return j.BlockParser.Continue(n, reader, pc)
}
