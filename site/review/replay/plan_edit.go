package replay

import (
	"math/rand/v2"
	"slices"
	"sort"
)

// edit makes one change, as people make them in tables, lists and code.
func (p *plan) edit() {
	s := &p.parts[p.random.IntN(len(p.parts))]
	switch {
	case p.random.IntN(12) == 0:
		p.editSection(s)
	case s.table != nil:
		p.editTable(s.table)
	case s.list != nil:
		p.editList(s)
	case len(s.code) > 0:
		p.editCode(s)
	}
}

func (p *plan) editSection(s *part) {
	at := p.random.IntN(len(p.parts))
	switch p.random.IntN(5) {
	case 0: // it is called something else
		s.heading = p.word()
	case 1: // and stands at another level
		s.level = 5 - s.level
	case 2: // two change places
		*s, p.parts[at] = p.parts[at], *s
	case 3:
		if len(p.parts) > 3 {
			p.parts = slices.Delete(p.parts, at, at+1)
		}
	default:
		s.intro = p.word() + " is what " + p.word() + " was."
	}
}

func (p *plan) editTable(g *grid) {
	i, k := p.random.IntN(max(len(g.rows), 1)), p.random.IntN(max(len(g.rows), 1))
	c := g.cols[p.random.IntN(len(g.cols))]
	d := g.cols[p.random.IntN(len(g.cols))]
	if len(g.rows) == 0 {
		g.rows = append(g.rows, p.row(g))
		return
	}
	what := p.random.IntN(15)
	if g.counts && (what == 8 || what == 10 || what == 11) {
		what = 0 // the counting column stays the first one
	}
	switch what {
	case 0, 1: // a row goes, and another may take its value
		gone := g.rows[i]
		g.rows = slices.Delete(g.rows, i, i+1)
		if len(g.rows) > 0 && p.random.IntN(2) == 0 && c != g.cols[0] {
			p.oneRow(g).cells[c.id] = gone.cells[c.id]
		}
	case 2:
		g.rows = slices.Insert(g.rows, i, p.row(g))
	case 3, 4: // values change places between rows
		if c != g.cols[0] {
			a, b := g.rows[i].cells, g.rows[k].cells
			a[c.id], b[c.id] = b[c.id], a[c.id]
		}
	case 5: // all values of two rows do
		for _, c := range g.cols[1:] {
			a, b := g.rows[i].cells, g.rows[k].cells
			a[c.id], b[c.id] = b[c.id], a[c.id]
		}
	case 6: // sorted
		sort.SliceStable(g.rows, func(x, y int) bool { return g.rows[x].cells[c.id] < g.rows[y].cells[c.id] })
	case 7: // a row moves
		row := g.rows[i]
		g.rows = slices.Delete(g.rows, i, i+1)
		g.rows = slices.Insert(g.rows, p.random.IntN(len(g.rows)+1), row)
	case 8: // columns change places
		p.random.Shuffle(len(g.cols), func(x, y int) { g.cols[x], g.cols[y] = g.cols[y], g.cols[x] })
	case 9: // a copy
		row := gridRow{p.id(), g.rows[i].id, make(map[int]string)}
		for id, text := range g.rows[i].cells {
			row.cells[id] = text
		}
		g.rows = slices.Insert(g.rows, k, row)
	case 10:
		if len(g.cols) > 2 {
			g.cols = slices.DeleteFunc(g.cols, func(other column) bool { return other == c })
		}
	case 11:
		n := column{p.id(), p.word()}
		for _, row := range g.rows {
			row.cells[n.id] = p.one(values)
		}
		g.cols = slices.Insert(g.cols, p.random.IntN(len(g.cols)+1), n)
	case 12: // a row or a column is called something else
		if p.random.IntN(2) == 0 {
			g.rows[i].cells[g.cols[0].id] = p.word()
		} else {
			g.cols[slices.Index(g.cols, d)].name = p.word()
		}
	default:
		g.rows[i].cells[c.id] = p.one(values)
	}
}

// lists are all lists of a section, also nested ones.
func lists(list *[]*entry) (all []*[]*entry) {
	all = append(all, list)
	for _, e := range *list {
		if len(e.below) > 0 {
			all = append(all, lists(&e.below)...)
		}
	}
	return all
}

func pick[T any](random *rand.Rand, list []T) T { return list[random.IntN(len(list))] }

func (p *plan) editList(s *part) {
	list := pick(p.random, lists(&s.list))
	if len(*list) == 0 {
		*list = append(*list, p.entry())
		return
	}
	i := p.random.IntN(len(*list))
	at := func(l []*entry) int { return p.random.IntN(len(l) + 1) }
	switch p.random.IntN(9) {
	case 0, 1:
		*list = slices.Delete(*list, i, i+1)
	case 2:
		*list = slices.Insert(*list, i, p.entry())
	case 3: // it goes, and another list gets its words
		e := (*list)[i]
		*list = slices.Delete(*list, i, i+1)
		other := &s.list
		for k := range p.parts {
			if p.parts[k].list != nil && p.random.IntN(2) == 0 {
				other = &p.parts[k].list
			}
		}
		*other = slices.Insert(*other, at(*other), &entry{id: p.id(), text: e.text})
	case 4: // it moves within its list
		e := (*list)[i]
		*list = slices.Delete(*list, i, i+1)
		*list = slices.Insert(*list, at(*list), e)
	case 5:
		*list = slices.Insert(*list, i, &entry{id: p.id(), from: (*list)[i].id, text: (*list)[i].text})
	case 6:
		(*list)[i].text = p.one(things)
	case 7:
		(*list)[i].box = !(*list)[i].box
	default:
		(*list)[i].below = append((*list)[i].below, p.entry())
	}
}

func (p *plan) editCode(s *part) {
	k := p.random.IntN(len(s.code))
	c := s.code[k]
	if len(c.lines) == 0 {
		c.lines = append(c.lines, p.line())
		return
	}
	i := p.random.IntN(len(c.lines))
	switch p.random.IntN(10) {
	case 0, 1:
		c.lines = slices.Delete(c.lines, i, i+1)
	case 2, 3:
		c.lines = slices.Insert(c.lines, i, p.line())
	case 4:
		c.lines = slices.Insert(c.lines, i, line{p.id(), c.lines[i].text})
	case 5:
		c.lines[i].text = p.one(calls)
	case 6: // a block goes
		if len(s.code) > 1 {
			s.code = slices.Delete(s.code, k, k+1)
		}
	case 7: // a copy in another language
		other := *c
		other.id, other.language, other.lines = p.id(), p.one([]string{"go", "sh", "js"}), nil
		for _, l := range c.lines {
			other.lines = append(other.lines, line{p.id(), l.text})
		}
		s.code = slices.Insert(s.code, p.random.IntN(len(s.code)+1), &other)
	case 8:
		l := c.lines[i]
		c.lines = slices.Delete(c.lines, i, i+1)
		c.lines = slices.Insert(c.lines, p.random.IntN(len(c.lines)+1), l)
	default:
		c.title = p.one([]string{"before", "after", "example"})
	}
}
