package diff

import (
	"strings"

	"lockstep/site"
)

// grid is a table by rows and columns, both from 0. A merged cell stands where it
// begins.
type grid struct {
	cells [][]string
	heads []bool // rows of heads
	width int
}

func newGrid(u *unit) (g grid) {
	if u == nil {
		return g
	}
	for _, b := range u.blocks {
		row, col := max(b.Frame.Row, 1)-1, max(b.Frame.Col, 1)-1
		if row > len(g.cells)+len(u.blocks) || col > len(u.blocks) { // a frame that was made up
			row, col = len(g.cells), 0
		}
		for len(g.cells) <= row {
			g.cells, g.heads = append(g.cells, nil), append(g.heads, b.Frame.Head)
		}
		for len(g.cells[row]) <= col {
			g.cells[row] = append(g.cells[row], "")
		}
		if g.cells[row][col] != "" {
			g.cells[row][col] += "\n" // what stands in one cell is told apart
		}
		g.cells[row][col] += b.Text
		g.heads[row] = g.heads[row] && b.Frame.Head
		g.width = max(g.width, col+1)
	}
	return g
}

func (g grid) at(row, col int) string {
	if row < 0 || col < 0 || row >= len(g.cells) || col >= len(g.cells[row]) {
		return ""
	}
	return g.cells[row][col]
}

// rows compares two tables: rows by their cells, columns by their heads.
func (m *matcher) rows(old, now *unit) (rows []site.PieceRow) {
	a, b := newGrid(old), newGrid(now)
	columns := m.columns(a, b)
	row := func(i, j int) {
		r := site.PieceRow{Op: '=', Head: j >= 0 && b.heads[j] || j < 0 && a.heads[i]}
		for _, c := range columns {
			spans := m.words(a.at(i, c[0]), b.at(j, c[1]))
			if len(spans) > 1 || len(spans) == 1 && spans[0].Op != '=' {
				r.Op = '~'
			}
			r.Cells = append(r.Cells, spans)
		}
		switch {
		case i < 0:
			r.Op = '+'
		case j < 0:
			r.Op = '-'
		}
		rows = append(rows, r)
	}
	before, after := a.lines(columns, 0), b.lines(columns, 1)
	i, j := 0, 0
	for _, p := range append(m.common(before, after), [2]int{len(before), len(after)}) {
		for _, q := range m.edited(before[i:p[0]], after[j:p[1]]) {
			if q[0] >= 0 {
				q[0] += i
			}
			if q[1] >= 0 {
				q[1] += j
			}
			row(q[0], q[1])
		}
		if p[0] < len(before) {
			row(p[0], p[1])
		}
		i, j = p[0]+1, p[1]+1
	}
	return rows
}

// lines are the rows as text, of the columns that both tables have.
func (g grid) lines(columns [][2]int, side int) (lines []string) {
	for i := range g.cells {
		var cells []string
		for _, c := range columns {
			if c[0] >= 0 && c[1] >= 0 {
				cells = append(cells, g.at(i, c[side]))
			}
		}
		lines = append(lines, strings.Join(cells, "\x00"))
	}
	return lines
}

// columns pairs columns by their heads, and by their places where no head is the same;
// -1 stands for a column that one table lacks.
func (m *matcher) columns(a, b grid) (columns [][2]int) {
	heads := func(g grid) (names []string) {
		for c := range g.width {
			names = append(names, g.at(0, c))
		}
		return names
	}
	pairs := m.common(heads(a), heads(b))
	if len(pairs) == 0 || a.width == b.width {
		pairs = nil
		for c := range min(a.width, b.width) {
			pairs = append(pairs, [2]int{c, c})
		}
	}
	i, j := 0, 0
	for _, p := range append(pairs, [2]int{a.width, b.width}) {
		for ; i < p[0]; i++ {
			columns = append(columns, [2]int{i, -1})
		}
		for ; j < p[1]; j++ {
			columns = append(columns, [2]int{-1, j})
		}
		if p[0] < a.width || p[1] < b.width {
			columns = append(columns, p)
		}
		i, j = p[0]+1, p[1]+1
	}
	return columns
}

// edited pairs rows between the same neighbours: in order, a row with the next one that
// begins alike or shares half of its words. What pairs with nothing has -1 beside it.
func (m *matcher) edited(old, now []string) (pairs [][2]int) {
	j := 0
	for i := range old {
		at := -1
		for k := j; k < len(now) && k < j+50; k++ {
			if m.alike(old[i], now[k]) {
				at = k
				break
			}
		}
		if at < 0 {
			pairs = append(pairs, [2]int{i, -1})
			continue
		}
		for ; j < at; j++ {
			pairs = append(pairs, [2]int{-1, j})
		}
		pairs = append(pairs, [2]int{i, at})
		j = at + 1
	}
	for ; j < len(now); j++ {
		pairs = append(pairs, [2]int{-1, j})
	}
	return pairs
}

func (m *matcher) alike(a, b string) bool {
	first, _, _ := strings.Cut(a, "\x00")
	other, _, _ := strings.Cut(b, "\x00")
	if first != "" && first == other || m.pairs <= 0 {
		return first == other
	}
	m.pairs--
	return shared(bag(a), bag(b)) >= minShared
}
