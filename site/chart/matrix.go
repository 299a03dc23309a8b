package chart

import (
	"fmt"
	"html"
	"strings"
)

// A matrix is a table whose cells are shaded by what they hold. Its columns are the
// keys of one or two lines that begin with "each", the second within the first, and
// each row names its figures by a pattern of those keys:
//
//	matrix story
//	each {measure}: lost, reordered as moved
//	each {lane}: quorum, leader
//	Leader killed: evidence:scenarios#stories.clean-kill.{lane}.{measure}
type matrix struct {
	corner string
	each   []each
	rows   []line // ref is a pattern
}

// each is one level of columns.
type each struct {
	name string // with its braces
	keys []key
}

type key struct{ key, label string }

const (
	maxColumns = 12
	maxRows    = 24
	// heats is how many shades there are for what is more than nothing.
	heats = 5
)

// parseEach reads the keys that a pattern has one name for.
func parseEach(l line) (e each, err error) {
	e.name = l.label
	for text := range strings.SplitSeq(l.ref, ",") {
		k, label, ok := strings.Cut(strings.TrimSpace(text), " as ")
		if !ok {
			label = k
		}
		e.keys = append(e.keys, key{k, label})
	}
	if !strings.HasPrefix(e.name, "{") || !strings.HasSuffix(e.name, "}") || len(e.name) < 3 {
		return e, fmt.Errorf("each %q: write each {name}: key, key as label", e.name)
	}
	return e, nil
}

func parseMatrix(s *sheet) (m matrix, err error) {
	m.corner = s.axis
	columns := 1
	for _, l := range s.take("each") {
		e, err := parseEach(l)
		if err != nil {
			return m, err
		}
		columns *= len(e.keys)
		m.each = append(m.each, e)
	}
	m.rows = s.lines
	switch {
	case len(m.each) == 0 || len(m.each) > 2:
		return m, fmt.Errorf("%d lines begin with each: a matrix has one or two levels of columns", len(m.each))
	case columns > maxColumns:
		return m, fmt.Errorf("%d columns: %d fit on a page", columns, maxColumns)
	case len(m.rows) == 0 || len(m.rows) > maxRows:
		return m, fmt.Errorf("%d rows of figures: 1 to %d can be taken in at once", len(m.rows), maxRows)
	}
	for _, row := range m.rows {
		for _, e := range m.each {
			if !strings.Contains(row.ref, e.name) {
				return m, fmt.Errorf("row %q leaves out %s: all its columns would show the same", row.label, e.name)
			}
		}
	}
	return m, nil
}

// fill puts keys in the place of their names in a row's pattern.
func (m matrix) fill(pattern string, keys ...key) string {
	for i, k := range keys {
		pattern = strings.ReplaceAll(pattern, m.each[i].name, k.key)
	}
	return pattern
}

// columns are the keys of each column, in order.
func (m matrix) columns() (columns [][]key) {
	for _, outer := range m.each[0].keys {
		if len(m.each) == 1 {
			columns = append(columns, []key{outer})
			continue
		}
		for _, inner := range m.each[1].keys {
			columns = append(columns, []key{outer, inner})
		}
	}
	return columns
}

type cell struct {
	value     float64
	text, ref string
	scale     *scale
}

// scale is what figures share that can be compared.
type scale struct {
	most float64
	unit string // with the space before it, if all have the same
}

func (s *scale) add(c cell) {
	s.most = max(s.most, c.value)
	if unit(c.text) != s.unit {
		s.unit = ""
	}
}

// unit is what follows the number in a figure as it stands in prose.
func unit(text string) string { return strings.TrimLeft(text, "0123456789.,") }

// group names those columns that share a scale: what stands under one key of the
// first of two levels can be compared, and what stands under different ones cannot.
func (m matrix) group(column []key) string {
	if len(column) == 1 {
		return ""
	}
	return column[0].key
}

// drawMatrix draws a matrix. A unit that all figures of a scale share stands in the
// head.
func drawMatrix(s *sheet) error {
	m, err := parseMatrix(s)
	if err != nil {
		return err
	}
	columns := m.columns()
	cells := make([][]cell, len(m.rows))
	scales := make(map[string]*scale)
	for i, row := range m.rows {
		for _, column := range columns {
			c := cell{ref: m.fill(row.ref, column...)}
			var err error
			if c.value, c.text, err = s.figures.Number(c.ref); err != nil {
				return err
			}
			if !(c.value >= 0) {
				return fmt.Errorf("%s is %s: a shade begins at nothing", c.ref, c.text)
			}
			if c.scale = scales[m.group(column)]; c.scale == nil {
				c.scale = &scale{unit: unit(c.text)}
				scales[m.group(column)] = c.scale
			}
			c.scale.add(c)
			cells[i] = append(cells[i], c)
		}
	}
	fmt.Fprintf(s, `<div class="table-scroll" tabindex="0" role="group" aria-label="%s"><table class="matrix"><thead>`, s.label())
	m.head(s, scales)
	s.WriteString("</thead><tbody>")
	for i, row := range m.rows {
		fmt.Fprintf(s, `<tr><th scope="row">%s</th>`, html.EscapeString(row.label))
		for j, c := range cells[i] {
			class := fmt.Sprintf("heat-%d", heat(c.value, c.scale.most))
			if len(m.each) == 2 && j%len(m.each[1].keys) == 0 {
				class += " first"
			}
			text := html.EscapeString(strings.TrimSuffix(c.text, c.scale.unit))
			if address := s.figures.Address(c.ref); address != "" {
				stop := ""
				if c.value == 0 {
					stop = ` tabindex="-1"` // most cells are nothing, and there are many
				}
				text = fmt.Sprintf(`<a href="%s"%s>%s</a>`, html.EscapeString(address), stop, text)
			}
			fmt.Fprintf(s, `<td class="%s">%s</td>`, class, text)
		}
		s.WriteString("</tr>")
	}
	s.WriteString("</tbody></table></div>")
	return nil
}

func (m matrix) head(s *sheet, scales map[string]*scale) {
	in := func(label string, of *scale) string {
		if unit := strings.TrimSpace(of.unit); unit != "" {
			label = strings.TrimPrefix(label+", "+unit, ", ")
		}
		return html.EscapeString(label)
	}
	if len(m.each) == 1 {
		s.WriteString("<tr>" + corner(in(m.corner, scales[""]), 1))
		for _, k := range m.each[0].keys {
			fmt.Fprintf(s, `<th scope="col">%s</th>`, html.EscapeString(k.label))
		}
		s.WriteString("</tr>")
		return
	}
	s.WriteString("<tr>" + corner(html.EscapeString(m.corner), 2))
	for _, outer := range m.each[0].keys {
		fmt.Fprintf(s, `<th class="first" scope="colgroup" colspan="%d">%s</th>`, len(m.each[1].keys), in(outer.label, scales[outer.key]))
	}
	s.WriteString("</tr><tr>")
	for range m.each[0].keys {
		for i, inner := range m.each[1].keys {
			class := ""
			if i == 0 {
				class = ` class="first"`
			}
			fmt.Fprintf(s, `<th%s scope="col">%s</th>`, class, html.EscapeString(inner.label))
		}
	}
	s.WriteString("</tr>")
}

// corner is the head of the rows, over so many rows of heads of columns.
func corner(label string, rows int) string {
	if label == "" {
		return fmt.Sprintf(`<td class="corner" rowspan="%d"></td>`, rows)
	}
	return fmt.Sprintf(`<th class="corner" scope="col" rowspan="%d">%s</th>`, rows, label)
}

// heat is 0 for nothing, and else from 1 to heats, a shade for each factor of about
// three: what is shown goes over several powers of ten.
func heat(value, most float64) int {
	if value == 0 {
		return 0
	}
	shade := heats
	for limit := most / 3; value <= limit && shade > 1; limit /= 3 {
		shade--
	}
	return shade
}
