package markdown

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// What it takes to parse Markdown can grow with the square of its length: a mark
// looks for its other half to the end of the line, and past all marks before it.
// The parser of comments counts what each mark takes, as it goes. When a comment
// has used up what a comment may take, the marks that are left are text. So the
// cost of the largest comment is bounded whatever its shape, and the same comment
// looks the same everywhere: what is counted are steps and not seconds.
const (
	// maxWork is in steps: about a byte that is looked at, or a mark that is passed.
	// A full comment of prose takes some ten thousand.
	maxWork = 300_000
	// maxNesting is how deep quotes and lists go. Each line is held against all that
	// it stands in, and nobody reads the twentieth level.
	maxNesting = 12
)

type work struct {
	steps int
	block ast.Node // that is being parsed
	marks int      // in it
}

var workKey = parser.NewContextKey()

// take counts a mark of a block with so many bytes to look at, and says whether it may be
// looked at.
func take(pc parser.Context, block ast.Node, bytes int) bool {
	w, ok := pc.ComputeIfAbsent(workKey, func() any { return &work{} }).(*work)
	if !ok || w.steps > maxWork {
		return false
	}
	if w.block != block {
		w.block, w.marks = block, 0
	}
	w.marks++
	w.steps += w.marks + bytes
	return true
}

// counted is an inline parser whose work is counted.
type counted struct {
	parser.InlineParser
	// finds, if not nil, says at once of what is left of a line whether the parser may
	// find anything there.
	finds func(line []byte) bool
}

func (c counted) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, _ := block.PeekLine()
	if c.finds != nil && !c.finds(line) || !take(pc, parent, len(line)) {
		return nil
	}
	return c.InlineParser.Parse(parent, block, pc)
}

// CloseBlock implements [parser.CloseBlocker].
func (c counted) CloseBlock(parent ast.Node, block text.Reader, pc parser.Context) {
	if closer, ok := c.InlineParser.(parser.CloseBlocker); ok {
		closer.CloseBlock(parent, block, pc)
	}
}

// maxLocalPart is how far into a word the "@" of an address may stand, in bytes.
const maxLocalPart = 256

// beginsAddress says whether an address may begin here. The parser of bare addresses
// asks that of every word.
func beginsAddress(line []byte) bool {
	if strings.IndexByte(" *_~(", line[0]) >= 0 {
		line = line[1:]
	}
	return bytes.HasPrefix(line, []byte("http")) || bytes.HasPrefix(line, []byte("ftp:")) || bytes.HasPrefix(line, []byte("www.")) ||
		bytes.IndexByte(line[:min(len(line), maxLocalPart)], '@') > 0
}

// nested opens no block that stands in more than maxNesting others.
type nested struct{ parser.BlockParser }

func (n nested) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	depth := 0
	for p := parent; p != nil; p = p.Parent() {
		if p.Kind() == ast.KindBlockquote || p.Kind() == ast.KindListItem {
			depth++
		}
	}
	if depth >= maxNesting {
		return nil, parser.NoChildren
	}
	return n.BlockParser.Open(parent, reader, pc)
}

// commentParser parses Markdown with strike-through and bare addresses, within
// limits.
func commentParser() parser.Parser {
	var blocks, inlines []util.PrioritizedValue
	for _, b := range parser.DefaultBlockParsers() {
		switch priority := b.Priority; priority {
		case 900: // HTML is shown as text, and each line that begins with "<" is held against seven patterns
		case 300, 800: // lists and block quotes
			blocks = append(blocks, util.Prioritized(nested{b.Value.(parser.BlockParser)}, priority))
		default:
			blocks = append(blocks, b)
		}
	}
	for _, p := range append(parser.DefaultInlineParsers(), util.Prioritized(extension.NewStrikethroughParser(), 500)) {
		if p.Priority != 400 { // tags are shown as text, and the end of one is looked for in the rest of the paragraph
			inlines = append(inlines, util.Prioritized(counted{p.Value.(parser.InlineParser), nil}, p.Priority))
		}
	}
	inlines = append(inlines, util.Prioritized(counted{extension.NewLinkifyParser(), beginsAddress}, 999))
	return parser.NewParser(parser.WithBlockParsers(blocks...), parser.WithInlineParsers(inlines...), parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...))
}
