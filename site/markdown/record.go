package markdown

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"

	"lockstep/site/decision"
)

// decision reads a decision record.
func (d *Document) decision(f decision.Fields) {
	t := decision.Text{Source: d.Source, Title: d.Title, Fields: f, Triggers: d.revisit, Strict: d.strict, Unread: d.unread, Prefix: d.prefixOf, Words: d.words, Report: d.find}
	d.sections(func(heading *ast.Heading, body []ast.Node) {
		s := &decision.Section{}
		if heading != nil && heading != d.title {
			*s = decision.Section{Level: heading.Level, Title: d.text(heading), Anchor: idOf(heading), Line: d.line(heading), Links: d.linksIn(heading)}
		}
		for _, n := range body {
			s.Blocks = append(s.Blocks, d.recordBlock(n))
		}
		t.Sections = append(t.Sections, s)
	})
	d.Decision, d.statusLines = decision.Read(t)
	d.Title = d.Decision.Title
}

func (d *Document) recordBlock(n ast.Node) decision.Block {
	b := decision.Block{Lines: d.fieldLines(n)}
	switch n.Kind() {
	case ast.KindParagraph:
		b.Kind, b.Text = decision.Paragraph, d.text(n)
	case ast.KindList:
		b.Kind = decision.List
		for item := n.FirstChild(); item != nil; item = item.NextSibling() {
			if text := d.text(item); text != "" {
				b.Items = append(b.Items, text)
			}
		}
	}
	return b
}

// fieldLines cuts the paragraphs, list items and tables of a block into lines.
func (d *Document) fieldLines(n ast.Node) (lines []decision.Line) {
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
	return lines
}

// tableLines reads a table as fields: a name and a value in each row, or names
// in the header and values in the only row.
func (d *Document) tableLines(table ast.Node) (lines []decision.Line) {
	var rows [][]ast.Node
	for row := table.FirstChild(); row != nil; row = row.NextSibling() {
		var cells []ast.Node
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			cells = append(cells, cell)
		}
		rows = append(rows, cells)
	}
	pair := func(name, value ast.Node) {
		lines = append(lines, decision.Line{Text: strings.TrimSuffix(d.text(name), ":") + ": " + d.text(value), Links: d.linksIn(value), Number: d.line(value)})
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
func (d *Document) split(block ast.Node) (lines []decision.Line) {
	current := decision.Line{Number: d.line(block)}
	var text strings.Builder
	flush := func() {
		if current.Text = strings.TrimSpace(text.String()); current.Text != "" {
			lines = append(lines, current)
		}
		text.Reset()
		current = decision.Line{}
	}
	for c := block.FirstChild(); c != nil; c = c.NextSibling() {
		if current.Number == 0 {
			current.Number = d.line(c)
		}
		switch c := c.(type) {
		case *extast.Strikethrough:
		case *extast.TaskCheckBox:
			current.Box = decision.EmptyBox
			if c.IsChecked {
				current.Box = decision.TickedBox
			}
		case *ast.Text:
			text.Write(unescape(c.Segment.Value(d.src)))
			if c.SoftLineBreak() || c.HardLineBreak() {
				flush()
			}
		case *ast.Link:
			current.Links = append(current.Links, decision.Link{Dest: destination(c.Destination), Text: d.text(c)})
			d.appendNode(&text, c)
		default:
			current.Links = append(current.Links, d.linksIn(c)...)
			d.appendNode(&text, c)
		}
	}
	flush()
	return lines
}

func (d *Document) linksIn(n ast.Node) (links []decision.Link) {
	ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if l, ok := n.(*ast.Link); ok && entering {
			links = append(links, decision.Link{Dest: destination(l.Destination), Text: d.text(l)})
		}
		return ast.WalkContinue, nil
	})
	return links
}
