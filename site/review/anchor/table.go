package anchor

import (
	"slices"
	"strings"

	"lockstep/site"
)

// table is a table of a text as a grid. A merged cell stands in each place that it
// covers. Places without a block are empty.
type table struct {
	n     int // of its frame
	first int // its first block
	heads int // rows at its top that name columns
	rows  [][]cell
	cols  int
}

type cell struct {
	text   string
	blocks []int
}

// maxPlaces bounds a grid: merged cells may claim more places than a text has blocks.
const maxPlaces = 1 << 16

// tablesOf gives the tables of a text, in order.
func tablesOf(blocks []site.Block) (all []*table) {
	byFrame := make(map[int]*table)
	for i, b := range blocks {
		if b.Frame == nil || b.Frame.Kind != "table" {
			continue
		}
		t := byFrame[b.Frame.N]
		if t == nil {
			t = &table{n: b.Frame.N, first: i}
			byFrame[b.Frame.N] = t
			all = append(all, t)
		}
		t.put(b.Frame, b.Text, i)
	}
	for _, t := range all {
		t.even()
	}
	return all
}

// even gives all rows the same columns. A row at the top that says nothing is
// a head without names.
func (t *table) even() {
	if len(t.rows) > 1 && t.heads == 0 && !slices.ContainsFunc(t.rows[0], func(c cell) bool { return len(c.blocks) > 0 }) {
		t.heads++
	}
	for i := range t.rows {
		t.rows[i] = append(t.rows[i], make([]cell, t.cols-len(t.rows[i]))...)
	}
}

func (t *table) put(at *site.Frame, text string, block int) {
	rows, cols := max(at.Rows, 1), max(at.Cols, 1)
	if at.Row < 1 || at.Col < 1 || (at.Row+rows)*max(t.cols, at.Col+cols) > maxPlaces {
		return
	}
	for r := at.Row - 1; r < at.Row-1+rows; r++ {
		for len(t.rows) <= r {
			t.rows = append(t.rows, nil)
		}
		for c := at.Col - 1; c < at.Col-1+cols; c++ {
			for len(t.rows[r]) <= c {
				t.rows[r] = append(t.rows[r], cell{})
			}
			place := &t.rows[r][c]
			if len(place.blocks) > 0 {
				text = place.text + "\n" + text
			}
			place.text = text
			place.blocks = append(place.blocks, block)
		}
	}
	t.cols = max(t.cols, at.Col-1+cols)
	if at.Head {
		t.heads = max(t.heads, at.Row)
	}
}

// header is the name of a column.
func (t *table) header(col int) string {
	var parts []string
	for _, row := range t.rows[:min(t.heads, len(t.rows))] {
		parts = append(parts, row[col].text)
	}
	return strings.TrimSpace(strings.Join(parts, "\n"))
}

// body are the rows that hold values.
func (t *table) body() [][]cell { return t.rows[min(t.heads, len(t.rows)):] }

// column is what a column says below its name.
func (t *table) column(col int) (texts []string) {
	for _, row := range t.body() {
		texts = append(texts, row[col].text)
	}
	return texts
}

// bag counts the texts of the cells.
func (t *table) bag() map[string]int {
	bag := make(map[string]int)
	for _, row := range t.rows {
		for _, c := range row {
			if c.text != "" {
				bag[c.text]++
			}
		}
	}
	return bag
}

func (t *table) headers() (names []string) {
	for c := range t.cols {
		names = append(names, t.header(c))
	}
	return names
}

func tableOf(all []*table, frame int) *table {
	if i := slices.IndexFunc(all, func(t *table) bool { return t.n == frame }); i >= 0 {
		return all[i]
	}
	return nil
}

// become says which table of the new text a table of the old one is, nil if none is
// more like it than like another. Tables are known by what their cells say, by the
// names of their columns and by the heading above them.
func (p *placer) become(t *table, old, now []*table) *table {
	bags := make(map[*table]map[string]int)
	for _, t := range append(slices.Clone(old), now...) {
		bags[t] = t.bag()
	}
	like := func(a, b *table) float64 {
		score := dice(bags[a], bags[b])
		if names := a.headers(); slices.Equal(names, b.headers()) && strings.Join(names, "") != "" {
			score += 0.25
		}
		x, y := p.oldFrames.parent(a.n), p.newFrames.parent(b.n)
		if x >= 0 && y >= 0 && p.al.toNew[x] == y || x < 0 && y < 0 {
			score += 0.25
		}
		if len(old) == len(now) && slices.Index(old, a) == slices.Index(now, b) {
			score += 0.01
		}
		return score
	}
	const least = 0.3
	var best *table
	score, second := least, 0.0
	for _, b := range now {
		switch s := like(t, b); {
		case s >= score:
			best, second, score = b, score, s
		case s > second:
			second = s
		}
	}
	if best == nil || score == second && score > least {
		return nil
	}
	for _, other := range old {
		if other != t && like(other, best) >= score {
			return nil
		}
	}
	return best
}
