package markdown

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// fenced reads containers that begin and end with colons, as Docusaurus, VuePress and
// Pandoc have them: ":::note Title", blocks, ":::".
type fenced struct{}

// fencedKey is for how many colons a container began with.
const fencedKey = "colons"

var (
	fencedOpen  = regexp.MustCompile(`^(:{3,})[ \t]*([A-Za-z][\w-]*)?[ \t]*(?:\[([^\]]*)\])?[ \t]*(\{[^}]*\})?[ \t]*(.*?)[ \t]*(?:\{[^}]*\}[ \t]*)?:*[ \t]*\r?\n?$`)
	fencedTitle = regexp.MustCompile(`\btitle="([^"]*)"`)
	fencedClose = regexp.MustCompile(`^:{3,}[ \t]*\r?\n?$`)
	// groups only arrange what stands in them.
	groups = []string{"", "code-group", "columns", "column", "left", "right", "center", "raw", "v-pre", "div", "cards", "card", "grid", "tabs", "steps"}
)

func (fenced) Trigger() []byte             { return []byte{':'} }
func (fenced) CanInterruptParagraph() bool { return true }
func (fenced) CanAcceptIndentedLine() bool { return false }

func (fenced) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, segment := reader.PeekLine()
	at := pc.BlockOffset()
	if at < 0 || !bytes.HasPrefix(line[at:], []byte(":::")) || deep(parent) {
		return nil, parser.NoChildren
	}
	m := fencedOpen.FindSubmatchIndex(line[at:])
	if m == nil || m[4] < 0 && m[8] < 0 { // neither a name nor attributes
		return nil, parser.NoChildren
	}
	group := func(i int) (from, to int) {
		if m[2*i] < 0 {
			return 0, 0
		}
		return at + m[2*i], at + m[2*i+1]
	}
	nameFrom, nameTo := group(2)
	c := container{dialect: dialectDocusaurus, name: string(line[nameFrom:nameTo])}
	c.plain = slices.Contains(groups, strings.ToLower(c.name))
	c.fold = strings.EqualFold(c.name, "details") || strings.EqualFold(c.name, "spoiler")
	n := ast.NewBlockquote()
	for _, i := range []int{3, 5} {
		if from, to := group(i); to > from && !c.title && !c.plain {
			n.AppendChild(n, titleAt(text.NewSegment(segment.Start+from-segment.Padding, segment.Start+to-segment.Padding)))
			c.title = true
		}
	}
	if from, to := group(4); to > from && !c.title && !c.plain {
		if said := fencedTitle.FindSubmatchIndex(line[from:to]); said != nil && said[3] > said[2] {
			n.AppendChild(n, titleAt(text.NewSegment(segment.Start+from+said[2]-segment.Padding, segment.Start+from+said[3]-segment.Padding)))
			c.title = true
		}
	}
	n.SetAttributeString(containerKey, c)
	n.SetAttributeString(fencedKey, m[3]-m[2])
	reader.AdvanceToEOL()
	return n, parser.HasChildren
}

// maxContainers is how deep containers stand in one another. Each line is held against
// all in which it stands.
const maxContainers = 12

func deep(n ast.Node) bool {
	depth := 0
	for ; n != nil && depth < maxContainers; n = n.Parent() {
		if _, ok := n.AttributeString(containerKey); ok {
			depth++
		}
	}
	return depth == maxContainers
}

// titleAt is a title whose text is parsed like any other.
func titleAt(segment text.Segment) ast.Node {
	title := ast.NewParagraph()
	lines := text.NewSegments()
	segment.Padding = 0
	lines.Append(segment)
	title.SetLines(lines)
	title.SetAttributeString(titleKey, true)
	return title
}

func (fenced) Continue(n ast.Node, reader text.Reader, pc parser.Context) parser.State {
	line, _ := reader.PeekLine()
	width, at := util.IndentWidth(line, reader.LineOffset())
	if width > 3 || at >= len(line) || line[at] != ':' || !fencedClose.Match(line[at:]) {
		return parser.Continue | parser.HasChildren
	}
	own, _ := n.AttributeString(fencedKey)
	colons := bytes.Count(line[at:], []byte(":"))
	if size, _ := own.(int); colons < size || closesWithin(n, colons, pc) {
		return parser.Continue | parser.HasChildren
	}
	reader.AdvanceToEOL()
	return parser.Close
}

// closesWithin says whether a line of colons ends something within a container, or is
// code in it.
func closesWithin(n ast.Node, colons int, pc parser.Context) bool {
	inside := false
	for _, b := range pc.OpenedBlocks() {
		switch {
		case b.Node == n:
			inside = true
		case !inside:
		case b.Node.Kind() == ast.KindFencedCodeBlock:
			return true
		default:
			if size, ok := b.Node.AttributeString(fencedKey); ok && size.(int) <= colons {
				return true
			}
		}
	}
	return false
}

func (fenced) Close(ast.Node, text.Reader, parser.Context) {}

// indented reads containers whose blocks are indented, as MkDocs has them:
// `!!! note "Title"`, `??? note` that can be folded, `=== "Tab"`.
type indented struct{}

var (
	indentedOpen = regexp.MustCompile(`^(!!!|\?\?\?\+?)[ \t]+([A-Za-z][\w-]*)((?:[ \t]+[\w-]+)*)[ \t]*(?:"([^"\n]*)")?[ \t]*\r?\n?$`)
	tabOpen      = regexp.MustCompile(`^===[!+]?[ \t]+(?:"([^"\n]+)"|'([^'\n]+)')[ \t]*\r?\n?$`)
	// asides are words behind the kind that say where it stands.
	asides = []string{"inline", "end", "annotate"}
)

func (indented) Trigger() []byte             { return []byte{'!', '?', '='} }
func (indented) CanInterruptParagraph() bool { return true }
func (indented) CanAcceptIndentedLine() bool { return false }

func (indented) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, segment := reader.PeekLine()
	at := pc.BlockOffset()
	if at < 0 || len(line) < at+3 || line[at] != line[at+1] || line[at] != line[at+2] || deep(parent) {
		return nil, parser.NoChildren
	}
	n := ast.NewBlockquote()
	title := func(from, to int) {
		start := segment.Start + at - segment.Padding
		n.AppendChild(n, titleAt(text.NewSegment(start+from, start+to)))
	}
	var c container
	if m := tabOpen.FindSubmatchIndex(line[at:]); m != nil {
		c = container{dialect: dialectTabs, name: "tab", title: true}
		title(max(m[2], m[4]), max(m[3], m[5]))
	} else if m := indentedOpen.FindSubmatchIndex(line[at:]); m != nil {
		group := func(i int) string { return string(line[at+m[2*i] : at+m[2*i+1]]) }
		c = container{dialect: dialectMkDocs, name: group(2), fold: group(1)[0] == '?', open: strings.HasSuffix(group(1), "+")}
		extra := strings.Fields(group(3))
		switch {
		case m[8] >= 0 && m[9] > m[8]:
			c.title = true
			title(m[8], m[9])
		case m[8] >= 0:
			c.bare = true
		case slices.ContainsFunc(extra, func(word string) bool { return !slices.Contains(asides, word) }):
			c.title = true // MkDocs takes these for classes, and their author for a title
			title(m[6]+1, m[7])
		}
	} else {
		return nil, parser.NoChildren
	}
	n.SetAttributeString(containerKey, c)
	reader.AdvanceToEOL()
	return n, parser.HasChildren
}

func (indented) Continue(_ ast.Node, reader text.Reader, _ parser.Context) parser.State {
	line, _ := reader.PeekLine()
	if util.IsBlank(line) {
		reader.AdvanceToEOL()
		return parser.Continue | parser.HasChildren
	}
	if width, _ := util.IndentWidth(line, reader.LineOffset()); width < 4 {
		return parser.Close
	}
	at, padding := util.IndentPosition(line, reader.LineOffset(), 4)
	reader.AdvanceAndSetPadding(at, padding)
	return parser.Continue | parser.HasChildren
}

func (indented) Close(ast.Node, text.Reader, parser.Context) {}
