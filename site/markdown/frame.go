package markdown

import (
	"strconv"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"

	"lockstep/site"
)

// framing numbers the tables, lists and notes of a document while its blocks are
// found, and knows in which of them the walk is.
type framing struct {
	count int
	open  []*frameOpen
}

type frameOpen struct {
	node  ast.Node
	at    site.Frame
	taken map[[2]int]bool // places of a table that a merged cell above covers
}

// enter opens what a node is, if it frames blocks.
func (f *framing) enter(n ast.Node) {
	if kind := frameKind(n); kind != "" {
		f.count++
		o := &frameOpen{node: n, at: site.Frame{Kind: kind, N: f.count}, taken: make(map[[2]int]bool)}
		if outer := f.top(); outer != nil {
			o.at.Of, o.at.OfRow = outer.at.N, outer.at.Row
		}
		if kind == "note" {
			o.at.Row = 1
		}
		f.open = append(f.open, o)
		return
	}
	o := f.top()
	if o == nil {
		return
	}
	switch {
	case startsRow(n, o.at.Kind):
		o.at.Row++
		o.at.Col, o.at.Rows, o.at.Cols, o.at.Head = 0, 0, 0, false
	case o.at.Kind == "table" && isCellNode(n):
		o.place(n)
	}
}

// place puts a cell into the first free column of its row.
func (o *frameOpen) place(n ast.Node) {
	o.at.Col += max(o.at.Cols, 1)
	for o.taken[[2]int{o.at.Row, o.at.Col}] {
		o.at.Col++
	}
	o.at.Rows, o.at.Cols, o.at.Head = 0, 0, false
	switch n := n.(type) {
	case *extast.TableCell:
		_, o.at.Head = n.Parent().(*extast.TableHeader)
	case *element:
		o.at.Rows, o.at.Cols = covers(n.attr("rowspan")), covers(n.attr("colspan"))
		if row, ok := n.Parent().(*element); ok {
			group, _ := row.Parent().(*element)
			o.at.Head = group != nil && group.name == "thead" || o.at.Row == 1 && onlyHeads(row)
		}
	}
	for row := range max(o.at.Rows, 1) {
		for col := range max(o.at.Cols, 1) {
			if row > 0 {
				o.taken[[2]int{o.at.Row + row, o.at.Col + col}] = true
			}
		}
	}
}

// leave closes a frame.
func (f *framing) leave(n ast.Node) {
	if o := f.top(); o != nil && o.node == n {
		f.open = f.open[:len(f.open)-1]
	}
}

func (f *framing) top() *frameOpen {
	if len(f.open) == 0 {
		return nil
	}
	return f.open[len(f.open)-1]
}

// here is the frame of a block that is found now, nil outside of all.
func (f *framing) here() *site.Frame {
	o := f.top()
	if o == nil {
		return nil
	}
	at := o.at
	return &at
}

func frameKind(n ast.Node) string {
	switch n := n.(type) {
	case *extast.Table:
		return "table"
	case *ast.List:
		return "list"
	case *extast.DefinitionList:
		return "terms"
	case *extast.Footnote:
		return "note"
	case *element:
		switch n.name {
		case "table":
			return "table"
		case "ul", "ol":
			return "list"
		case "dl":
			return "terms"
		}
	}
	return ""
}

// startsRow says whether a node is the next row of the frame around it.
func startsRow(n ast.Node, kind string) bool {
	switch n := n.(type) {
	case *extast.TableHeader, *extast.TableRow:
		return kind == "table"
	case *ast.ListItem:
		return kind == "list"
	case *extast.DefinitionTerm:
		return kind == "terms"
	case *element:
		return kind == "table" && n.name == "tr" || kind == "list" && n.name == "li" || kind == "terms" && n.name == "dt"
	}
	return false
}

func isCellNode(n ast.Node) bool {
	switch n := n.(type) {
	case *extast.TableCell:
		return true
	case *element:
		return n.name == "td" || n.name == "th"
	}
	return false
}

func onlyHeads(row *element) bool {
	for c := row.FirstChild(); c != nil; c = c.NextSibling() {
		if cell, ok := c.(*element); ok && cell.name == "td" {
			return false
		}
	}
	return true
}

// maxCovers bounds how many rows or columns a merged cell covers. HTML allows a
// thousand; a page with so many is no table that people comment on.
const maxCovers = 100

// covers is how many rows or columns an attribute says, 0 for one.
func covers(value string) int {
	n, err := strconv.Atoi(value)
	if err != nil || n < 2 {
		return 0
	}
	return min(n, maxCovers)
}
