package anchor

import (
	"slices"
	"strconv"

	"lockstep/site"
)

// Context is what holds a block, in words: enough to know it by where the text that
// the anchor was made in is lost.
type Context struct {
	Column string   `json:"column,omitempty"` // of a cell: the name of its column
	Row    []string `json:"row,omitempty"`    // of a cell: the other cells of its row
	Path   []string `json:"path,omitempty"`   // of an item: the items around its list, outermost first
	Before string   `json:"before,omitempty"` // the block before it, in its table, list or section
	After  string   `json:"after,omitempty"`
	Twin   bool     `json:"twin,omitempty"` // the text had the same words in the same context twice
}

const (
	maxContext = 80 // code points of each text
	maxRow     = 12 // cells of a row
	maxPath    = 8  // lists within lists
)

// contextIn is the context of a block in the text that its anchor is made in.
func contextIn(blocks []site.Block, n int) *Context {
	c := contextOf(blocks, n)
	for i := range blocks {
		if c == nil || c.Twin {
			break
		}
		if i == n || blocks[i].Hash != blocks[n].Hash || !slices.Equal(blocks[i].Section, blocks[n].Section) {
			continue
		}
		other := contextOf(blocks, i)
		c.Twin = other != nil && (c.same(other) || c.Row == nil && slices.Equal(c.Path, other.Path))
	}
	return c
}

// contextOf is the context of a block; nil for one that its words tell apart.
func contextOf(blocks []site.Block, n int) *Context {
	b := blocks[n]
	if b.Head || b.Kind == "heading" || b.Frame == nil && prose(&b) {
		return nil
	}
	var c Context
	if at := b.Frame; at != nil && at.Kind == "table" {
		t := &table{n: at.N}
		for i, other := range blocks {
			if other.Frame != nil && other.Frame.Kind == "table" && other.Frame.N == at.N {
				t.put(other.Frame, other.Text, i)
			}
		}
		t.even()
		if at.Row <= len(t.rows) && at.Col <= t.cols {
			c.Column = short(t.header(at.Col - 1))
			for _, cell := range t.rows[at.Row-1] {
				if !slices.Contains(cell.blocks, n) && len(c.Row) < maxRow {
					c.Row = append(c.Row, short(cell.text))
				}
			}
		}
		return &c
	}
	c.Path = pathOf(blocks, b.Frame)
	c.Before, c.After = beside(blocks, n, -1), beside(blocks, n, 1)
	return &c
}

// pathOf are the items around a list, outermost first.
func pathOf(blocks []site.Block, at *site.Frame) (path []string) {
	for at != nil && at.Of > 0 && len(path) < maxPath {
		i := slices.IndexFunc(blocks, func(b site.Block) bool {
			return b.Frame != nil && b.Frame.N == at.Of && b.Frame.Row == at.OfRow
		})
		if i < 0 {
			break
		}
		path = append([]string{short(blocks[i].Text)}, path...)
		at = blocks[i].Frame
	}
	return path
}

// beside is the next block in the same frame, "" at its ends.
func beside(blocks []site.Block, n, step int) string {
	at := blocks[n].Frame
	for i := n + step; i >= 0 && i < len(blocks) && !blocks[i].Head; i += step {
		b := blocks[i]
		switch {
		case at == nil && b.Kind == "heading":
			return ""
		case at == nil && b.Frame == nil, at != nil && b.Frame != nil && b.Frame.N == at.N:
			return short(b.Text)
		case at != nil && (b.Frame == nil || b.Frame.N < at.N && b.Frame.N != at.Of):
			return ""
		}
	}
	return ""
}

func short(text string) string {
	if runes := []rune(text); len(runes) > maxContext {
		return string(runes[:maxContext])
	}
	return text
}

// byContext finds the block of an anchor whose text is lost. It says whether the
// anchor has a context to go by.
func (p *placer) byContext() bool {
	c := p.a.Context
	if c == nil {
		return false
	}
	p.stray = true
	p.seated = p.a.Block.Frame != nil && p.a.Block.Frame.Kind == "table"
	var same, alike []int
	for j, other := range p.now.Blocks {
		if other.Hash != p.a.Block.Hash {
			continue
		}
		is := contextOf(p.now.Blocks, j)
		switch {
		case is == nil:
		case other.Label == p.a.Block.Label && slices.Equal(other.Section, p.a.Block.Section) && c.same(is):
			same = append(same, j)
		case c.like(is):
			alike = append(alike, j)
		}
	}
	switch {
	case len(same) == 1 && len(alike) == 0 && !c.Twin:
		p.mine, p.same = same[0], true
		if p.seated && (len(c.telling()) == 0 || isNumber(p.a.Block.Text) && p.a.Block.Frame.Col == 1) {
			p.loose = "the same words; nothing but a number tells their row from others"
		}
	case len(same) > 0:
		p.unsure(append(same, alike...))
	case len(alike) == 1:
		p.mine, p.same = alike[0], true
		p.loose = "the same words; what stands around them was edited, and the text that they were marked in is not known"
	case len(alike) > 1:
		p.unsure(alike)
	}
	return true
}

// same says whether two contexts are one.
func (c *Context) same(is *Context) bool {
	return c.Column == is.Column && slices.Equal(c.telling(), is.telling()) && slices.Equal(c.Path, is.Path) && c.Before == is.Before && c.After == is.After
}

// telling is the row without a number at its beginning, which may only count the rows,
// and is given anew when one goes.
func (c *Context) telling() []string {
	if len(c.Row) > 0 && isNumber(c.Row[0]) {
		return c.Row[1:]
	}
	return c.Row
}

func isNumber(text string) bool {
	_, err := strconv.Atoi(text)
	return err == nil
}

// like says whether a context is the same in part: a cell has its column and the name
// of its row, an item its path and a neighbour.
func (c *Context) like(is *Context) bool {
	if len(c.Row) > 0 || len(is.Row) > 0 || c.Column != "" {
		return c.Column == is.Column && len(c.Row) > 0 && len(is.Row) > 0 && c.Row[0] == is.Row[0] && c.Row[0] != ""
	}
	return slices.Equal(c.Path, is.Path) && (c.Before == is.Before && c.Before != "" || c.After == is.After && c.After != "")
}
