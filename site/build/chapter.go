package build

import (
	"maps"
	"slices"
	"strings"

	"lockstep/site"
	"lockstep/site/markdown"
	"lockstep/site/milestone"
)

// guidance begins what the skeleton of a design says in place of an answer.
const guidance = "A good answer:"

// section is a heading and the statements below it, down to the next heading.
type section struct {
	level, line int // of the heading; 0 above the first one
	heading     string
	body        []markdown.Statement
}

// sectionsOf cuts a text at its headings. The title of a page is none.
func sectionsOf(d *document) (all []section) {
	block := -1
	now := section{}
	for _, s := range d.statements() {
		switch {
		case s.Level <= 1:
			if s.Level == 0 {
				now.body = append(now.body, s)
			}
			continue
		case s.Block == block: // a heading of two sentences
			now.heading += s.Text()
			continue
		}
		if now.level > 0 || len(now.body) > 0 {
			all = append(all, now)
		}
		block, now = s.Block, section{level: s.Level, line: s.Line, heading: s.Text()}
	}
	if now.level > 0 || len(now.body) > 0 {
		all = append(all, now)
	}
	return all
}

// part is the whole of a text, or the section whose heading has the name in it,
// with those below.
func partOf(sections []section, part string) []section {
	for i, s := range sections {
		if s.level > 0 && strings.Contains(markdown.Slug(s.heading), part) {
			end := i + 1
			for end < len(sections) && sections[end].level > s.level {
				end++
			}
			return sections[i:end]
		}
	}
	return sections
}

// chapters are the parts that a page says it is.
func (t *Tree) chapters(p *site.Page) (all []milestone.Chapter) {
	d := t.documents[p]
	parts := p.Meta.Parts
	if p.Kind == site.KindRunbook && len(parts) == 0 {
		parts = []string{"runbook"}
	}
	if d == nil || len(parts) == 0 {
		return nil
	}
	sections := sectionsOf(d)
	claimed := make(map[int]bool) // lines of sections that a further part speaks of
	for i := len(parts) - 1; i >= 0; i-- {
		own := sections
		if i > 0 {
			own = partOf(sections, parts[i])
		}
		c := milestone.Chapter{Part: parts[i], File: p.Source, Line: max(p.Meta.PartsLine, 1), Place: site.Place{Title: p.Title, Path: p.Path}}
		if len(own) > 0 && len(own) < len(sections) {
			c.Line, c.Place.Title = own[0].line, own[0].heading
			for _, id := range slices.Sorted(maps.Keys(d.labels)) {
				if d.labels[id] == own[0].heading {
					c.Place.Path = p.Path + "#" + id
				}
			}
		}
		for _, s := range own {
			t.describe(&c, d, s)
			if i > 0 && len(own) < len(sections) {
				claimed[s.line] = true
			} else if claimed[s.line] {
				continue
			}
			c.Sections++
			if open, ok := openSection(d, s, sections); ok {
				c.Open = append(c.Open, open)
			}
		}
		all = append(all, c)
	}
	slices.Reverse(all)
	return all
}

// describe adds what a section holds.
func (t *Tree) describe(c *milestone.Chapter, d *document, s section) {
	head := -1
	var row milestone.Row
	columns := 0
	for _, st := range s.body {
		grounded, cells := false, make([]string, 0, columns)
		for _, p := range st.Pieces {
			for len(cells) <= p.Cell {
				cells = append(cells, "")
			}
			cells[p.Cell] += p.Text
			value := t.valueOf(d.Source, p.Dest)
			switch {
			case t.model.Computed(value):
				c.Computed++
			case strings.HasPrefix(value, "evidence:"):
				c.Recorded++
			case value == "" && p.Dest != "":
				if x := t.resolve(t.bySource[d.Source], parseAddress(d.Source, p.Dest)); x.page != nil && x.page.Decision != nil {
					c.Refers = append(c.Refers, x.page.Decision.ID)
				}
			}
			beside := p.Cell > 0 && (p.Code || p.Dest != "")
			for _, m := range site.FindReferences([]byte(p.Text)) {
				if _, ok := t.definitions[m.ID]; ok && !p.Code {
					c.Refers = append(c.Refers, m.ID)
					beside = beside || p.Cell > 0
				}
			}
			grounded = grounded || beside
		}
		if !st.Row {
			continue
		}
		if st.Block != head { // the first row of a table is its head
			head, columns = st.Block, len(cells)
			continue
		}
		for len(cells) < columns {
			cells = append(cells, "")
		}
		row = milestone.Row{Line: st.Line, Cells: cells, Grounded: grounded}
		if m := site.FindReferences([]byte(cells[0])); len(m) == 1 && m[0].Start == 0 && m[0].End == len(strings.TrimSpace(cells[0])) {
			row.ID = m[0].ID
		}
		c.Rows = append(c.Rows, row)
	}
}

// openSection says whether nobody has answered a section.
func openSection(d *document, s section, all []section) (milestone.Open, bool) {
	open := milestone.Open{Heading: s.heading}
	if open.Heading == "" {
		open.Heading = d.Title
	}
	for _, st := range s.body {
		if text, ok := strings.CutPrefix(st.Text(), guidance); ok {
			open.File, open.Line = d.Place(st.Line)
			open.Says = strings.TrimSuffix(strings.TrimSpace(text), ".")
			return open, true
		}
	}
	// What a text shows of other files, of a drawing or of code is no statement.
	if len(s.body) == 0 && s.level > 0 && !d.Includes() {
		next, end := slices.IndexFunc(all, func(o section) bool { return o.line > s.line }), 1<<30
		if next >= 0 {
			if all[next].level > s.level {
				return open, false
			}
			end = all[next].line - 1
		}
		lines := strings.Split(string(d.text), "\n")
		end = min(end, len(lines))
		if s.line <= end && strings.TrimSpace(strings.Join(lines[s.line:end], "")) == "" {
			open.File, open.Line, open.Empty = d.Source, s.line, true
			return open, true
		}
	}
	return open, false
}
