package replay

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// plan is an invented text whose every cell, item and line is known apart from what
// it says. The same few values stand in many of them, as they do in real tables.
type plan struct {
	random *rand.Rand
	next   int
	parts  []part
}

// part is a section with one thing below its heading.
type part struct {
	id      int
	heading string
	level   int
	intro   string // "" for none
	table   *grid
	list    []*entry
	code    []*listing
}

// grid is a table. A cell is known by its row and its column.
type grid struct {
	id     int
	cols   []column
	rows   []gridRow
	counts bool // its first column counts the rows anew after each edit
	html   bool // it is written as HTML, the first column merged where it repeats
}

type column struct {
	id   int
	name string
}

type gridRow struct {
	id    int
	from  int            // the row that it is a copy of, 0 for none
	cells map[int]string // by column
}

// entry is an item of a list.
type entry struct {
	id    int
	from  int // the item that it is a copy of, 0 for none
	text  string
	box   bool
	below []*entry
}

// listing is a block of code.
type listing struct {
	id              int
	language, title string
	lines           []line
}

type line struct {
	id   int
	text string
}

var (
	values = []string{"0", "0", "3", "12 ms", "40 ms", "yes", "no", "–"}
	things = []string{"test", "review", "write it down", "ask the others", "measure", "test"}
	calls  = []string{"lock()", "unlock()", "send(m)", "return nil", "retry()", "}"}
)

func (p *plan) id() int { p.next++; return p.next }

func (p *plan) one(of []string) string { return of[p.random.IntN(len(of))] }

// word is one that no other place has.
func (p *plan) word() string {
	n := p.id()
	return fmt.Sprintf("%c%s%x", 'a'+rune(n%26), []string{"or", "ul", "en", "ast"}[n%4], n)
}

func newPlan(random *rand.Rand) *plan {
	p := &plan{random: random}
	for i := range 5 + random.IntN(4) {
		s := part{id: p.id(), heading: p.word() + " " + p.word(), level: 2 + random.IntN(2)}
		if random.IntN(3) > 0 {
			s.intro = p.word() + " says what " + p.word() + " is for."
		}
		switch i % 3 {
		case 0:
			s.table = p.grid()
			if i > 0 && random.IntN(2) == 0 {
				s.table = p.alike()
			}
		case 1:
			s.list = p.entries(3+random.IntN(4), 2)
		default:
			for range 1 + random.IntN(3) {
				s.code = append(s.code, p.listing())
			}
		}
		p.parts = append(p.parts, s)
	}
	return p
}

func (p *plan) grid() *grid {
	g := &grid{id: p.id(), counts: p.random.IntN(4) == 0, html: p.random.IntN(4) == 0}
	unnamed := p.random.IntN(5) == 0
	for i := range 2 + p.random.IntN(3) {
		c := column{id: p.id(), name: p.word()}
		if unnamed || i == 0 && p.random.IntN(3) == 0 {
			c.name = ""
		}
		g.cols = append(g.cols, c)
	}
	for range 2 + p.random.IntN(5) {
		g.rows = append(g.rows, p.row(g))
	}
	return g
}

// alike is a table with the columns of another, as reports have them.
func (p *plan) alike() *grid {
	first := p.parts[0].table
	g := &grid{id: p.id(), counts: first.counts}
	for _, c := range first.cols {
		g.cols = append(g.cols, column{p.id(), c.name})
	}
	for range 2 + p.random.IntN(4) {
		row := p.row(g)
		if p.random.IntN(2) == 0 && len(first.rows) > 0 { // with the name of a row there
			row.cells[g.cols[0].id] = p.oneRow(first).cells[first.cols[0].id]
		}
		g.rows = append(g.rows, row)
	}
	return g
}

func (p *plan) oneRow(g *grid) gridRow { return g.rows[p.random.IntN(len(g.rows))] }

func (p *plan) row(g *grid) gridRow {
	row := gridRow{p.id(), 0, make(map[int]string)}
	for i, c := range g.cols {
		row.cells[c.id] = p.one(values)
		if i == 0 {
			row.cells[c.id] = p.word()
		}
		if p.random.IntN(12) == 0 {
			row.cells[c.id] = ""
		}
	}
	return row
}

func (p *plan) entries(n, depth int) (list []*entry) {
	for range n {
		e := p.entry()
		if depth > 1 && p.random.IntN(3) == 0 {
			e.below = p.entries(1+p.random.IntN(3), depth-1)
		}
		list = append(list, e)
	}
	return list
}

func (p *plan) entry() *entry {
	e := &entry{id: p.id(), text: p.one(things), box: p.random.IntN(4) == 0}
	if p.random.IntN(2) == 0 {
		e.text = p.word() + " " + p.word()
	}
	return e
}

func (p *plan) listing() *listing {
	c := &listing{id: p.id(), language: p.one([]string{"go", "sh", ""}), title: p.one([]string{"before", "after", ""})}
	for range 2 + p.random.IntN(6) {
		c.lines = append(c.lines, p.line())
	}
	return c
}

func (p *plan) line() line {
	if p.random.IntN(4) == 0 {
		return line{p.id(), p.word() + "()"}
	}
	return line{p.id(), p.one(calls)}
}

func (p *plan) clone() *plan {
	c := *p
	c.parts = slices.Clone(p.parts)
	for i := range c.parts {
		s := &c.parts[i]
		if s.table != nil {
			g := *s.table
			g.cols = slices.Clone(g.cols)
			g.rows = slices.Clone(g.rows)
			for k := range g.rows {
				cells := make(map[int]string)
				for id, text := range g.rows[k].cells {
					cells[id] = text
				}
				g.rows[k].cells = cells
			}
			s.table = &g
		}
		s.list = cloneEntries(s.list)
		s.code = slices.Clone(s.code)
		for k, code := range s.code {
			other := *code
			other.lines = slices.Clone(code.lines)
			s.code[k] = &other
		}
	}
	return &c
}

func cloneEntries(list []*entry) (out []*entry) {
	for _, e := range list {
		other := *e
		other.below = cloneEntries(e.below)
		out = append(out, &other)
	}
	return out
}

// spot is what stands at a block, in the order of the blocks. Two spots are the same
// if their kind and ids are.
type spot struct {
	kind string // cell, item, code, other
	a, b int    // of a cell its row and column, else a is the id
	from int    // what a is a copy of
	// seen is what a reader can tell it by: of a cell its table and all that its row
	// says, of an item its list and its words.
	seen string
	run  string // of an item: the equal items before and after it, and what is around them
	code *listing
}

func (s spot) is(other spot) bool { return s.kind == other.kind && s.a == other.a && s.b == other.b }

// markdown writes the text, and what stands at each of its blocks.
func (p *plan) markdown() (string, []spot) {
	var b strings.Builder
	var spots []spot
	b.WriteString("# A plan\n\n")
	for _, s := range p.parts {
		fmt.Fprintf(&b, "%s %s\n\n", strings.Repeat("#", s.level), s.heading)
		spots = append(spots, spot{kind: "other"})
		if s.intro != "" {
			b.WriteString(s.intro + "\n\n")
			spots = append(spots, spot{kind: "other"})
		}
		if s.table != nil {
			spots = append(spots, s.table.write(&b)...)
		}
		spots = append(spots, writeList(&b, s.list, "", s.id)...)
		for _, c := range s.code {
			fmt.Fprintf(&b, "\n```%s", c.language)
			if c.title != "" {
				fmt.Fprintf(&b, " title=%q", c.title)
			}
			b.WriteString("\n")
			for _, l := range c.lines {
				b.WriteString(l.text + "\n")
			}
			b.WriteString("```\n")
			if len(c.lines) > 0 {
				spots = append(spots, spot{kind: "code", a: c.id, code: c})
			}
		}
		b.WriteString("\n")
	}
	return b.String(), spots
}

func (g *grid) text(i int, c column) string {
	if g.counts && c == g.cols[0] {
		return fmt.Sprint(i + 1)
	}
	return g.rows[i].cells[c.id]
}

// seen is what a row says, but for its number, in whatever order its columns stand.
func (g *grid) seen(i int) string {
	var cells []string
	for _, c := range g.cols {
		if !g.counts || c != g.cols[0] {
			cells = append(cells, fmt.Sprintf("%d=%s", c.id, g.rows[i].cells[c.id]))
		}
	}
	slices.Sort(cells)
	return fmt.Sprint(g.id, cells)
}

func (g *grid) write(b *strings.Builder) (spots []spot) {
	names := ""
	for _, c := range g.cols {
		names += c.name + "|"
		if c.name != "" {
			spots = append(spots, spot{kind: "cell", a: -1, b: c.id})
		}
	}
	cell, end := "|", "|\n"
	if g.html {
		cell, end = "<td>", "</tr>\n"
		b.WriteString("<table><thead><tr><th>" + strings.TrimSuffix(strings.ReplaceAll(names, "|", "<th>"), "<th>") + "</tr></thead><tbody>\n")
	} else {
		b.WriteString("|" + names + "\n|" + strings.Repeat("---|", len(g.cols)) + "\n")
	}
	for i, r := range g.rows {
		row := g.seen(i)
		if g.html {
			b.WriteString("<tr>")
		}
		for _, c := range g.cols {
			b.WriteString(cell + g.text(i, c))
			if g.text(i, c) != "" {
				spots = append(spots, spot{kind: "cell", a: r.id, b: c.id, from: r.from, seen: row})
			}
		}
		b.WriteString(end)
	}
	if g.html {
		b.WriteString("</tbody></table>\n")
	}
	return spots
}

func writeList(b *strings.Builder, list []*entry, indent string, of int) (spots []spot) {
	for i, e := range list {
		b.WriteString(indent + "- ")
		if e.box {
			b.WriteString("[ ] ")
		}
		b.WriteString(e.text + "\n")
		spots = append(spots, spot{kind: "item", a: e.id, from: e.from, seen: fmt.Sprint(of, e.text), run: equalRun(list, i)})
		spots = append(spots, writeList(b, e.below, indent+"  ", e.id)...)
	}
	return spots
}

// equalRun is how many equal items stand before and after an item, and what stands around
// them: by no more than that can a reader tell one of them.
func equalRun(list []*entry, i int) string {
	first, last := i, i
	for first > 0 && list[first-1].text == list[i].text {
		first--
	}
	for last+1 < len(list) && list[last+1].text == list[i].text {
		last++
	}
	before, after := "", ""
	if first > 0 {
		before = list[first-1].text
	}
	if last+1 < len(list) {
		after = list[last+1].text
	}
	return fmt.Sprint(i-first, last-i, before, "|", after)
}
