package markdown

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
)

// fieldLine is one line of a paragraph or a list item, with the links in it.
type fieldLine struct {
	text  string
	links []Link
	line  int
	box   box
}

// box is the task box before a line: templates let one tick a status.
type box int

const (
	noBox box = iota
	emptyBox
	tickedBox
)

// fieldLines cuts paragraphs, list items and tables into lines.
func (d *Document) fieldLines(nodes []ast.Node) (lines []fieldLine) {
	for _, n := range nodes {
		ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			if !entering {
				return ast.WalkContinue, nil
			}
			switch n.Kind() {
			case ast.KindParagraph, ast.KindTextBlock:
				lines = append(lines, d.split(n)...)
				return ast.WalkSkipChildren, nil
			case extast.KindTable:
				lines = append(lines, d.tableLines(n)...)
				return ast.WalkSkipChildren, nil
			case ast.KindFencedCodeBlock, ast.KindCodeBlock:
				return ast.WalkSkipChildren, nil
			}
			return ast.WalkContinue, nil
		})
	}
	return lines
}

// tableLines reads a table as fields: a name and a value in each row, or names
// in the header and values in the only row.
func (d *Document) tableLines(table ast.Node) (lines []fieldLine) {
	var rows [][]ast.Node
	for row := table.FirstChild(); row != nil; row = row.NextSibling() {
		var cells []ast.Node
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			cells = append(cells, cell)
		}
		rows = append(rows, cells)
	}
	pair := func(name, value ast.Node) {
		lines = append(lines, fieldLine{text: strings.TrimSuffix(d.text(name), ":") + ": " + d.text(value), links: d.linksIn(value), line: d.line(value)})
	}
	if len(rows) == 2 && len(rows[0]) > 2 {
		for i := range min(len(rows[0]), len(rows[1])) {
			pair(rows[0][i], rows[1][i])
		}
		return lines
	}
	for _, cells := range rows {
		if len(cells) == 2 {
			pair(cells[0], cells[1])
		}
	}
	return lines
}

// split cuts the inline content of a block at its line breaks. What is struck
// out is not said.
func (d *Document) split(block ast.Node) (lines []fieldLine) {
	current := fieldLine{line: d.line(block)}
	var text strings.Builder
	flush := func() {
		if current.text = strings.TrimSpace(text.String()); current.text != "" {
			lines = append(lines, current)
		}
		text.Reset()
		current = fieldLine{}
	}
	for c := block.FirstChild(); c != nil; c = c.NextSibling() {
		if current.line == 0 {
			current.line = d.line(c)
		}
		switch c := c.(type) {
		case *extast.Strikethrough:
		case *extast.TaskCheckBox:
			current.box = emptyBox
			if c.IsChecked {
				current.box = tickedBox
			}
		case *ast.Text:
			text.Write(unescape(c.Segment.Value(d.src)))
			if c.SoftLineBreak() || c.HardLineBreak() {
				flush()
			}
		case *ast.Link:
			current.links = append(current.links, Link{Dest: destination(c.Destination), Text: d.text(c), Line: d.line(c)})
			d.appendNode(&text, c)
		default:
			current.links = append(current.links, d.linksIn(c)...)
			d.appendNode(&text, c)
		}
	}
	flush()
	return lines
}

func (d *Document) linksIn(n ast.Node) (links []Link) {
	ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if l, ok := n.(*ast.Link); ok && entering {
			links = append(links, Link{Dest: destination(l.Destination), Text: d.text(l), Line: d.line(l)})
		}
		return ast.WalkContinue, nil
	})
	return links
}
