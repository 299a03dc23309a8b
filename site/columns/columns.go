// Package columns draws what stands beside one another in order: the same
// conversation on two phones, the same log at three replicas. It shows at a glance
// what a sentence cannot: where columns that should agree do not.
//
// A drawing is a table of words, so it wraps, can be read aloud, and has the same
// letters on a phone. Its text is a line of heads, and then a line for each place:
//
//	Ada's phone | Ben's phone
//	41 Lunch? | 41 Lunch?
//	> 42 At one | ! 42 At two
//	-- the leader is replaced --
//	43 Fine | ~ 43 Fine
//	| = three are missing =
//
// Digits at the beginning of a cell are its position. Before them, "!" marks what
// breaks the promise, "~" what is not there, ">" what was sent from here, and "*" what the drawing is about. A cell
// in "=" is a break, which reaches over the empty cells below it, and a line in "--" is an event for all columns.
package columns

import (
	"fmt"
	"html"
	"regexp"
	"strings"

	"lockstep/site"
)

const (
	mostColumns = 4
	mostRows    = 16
)

var (
	event  = regexp.MustCompile(`^--\s*(.*?)\s*--$`)
	gap    = regexp.MustCompile(`^=\s*(.*?)\s*=$`)
	placed = regexp.MustCompile(`^(\d[\d,]*)(?:\s+(.*))?$`)
)

// marks are what a cell may begin with: its class, and what is said of it to those
// who do not see it.
var marks = map[byte]struct{ class, said string }{
	'!': {"breach", "breaks the promise: "}, '~': {"absent", "not there: "}, '>': {"own", "sent from here: "},
	'*': {"turn", ""},
}

// Draw gives a figure, with its title as caption and alt in words. The error names
// the line of source.
func Draw(source, title, alt string) (site.HTML, error) {
	if title == "" || alt == "" {
		return "", fmt.Errorf("write ```columns title=\"…\" alt=\"what it shows, in a sentence\"")
	}
	lines := strings.Split(strings.TrimSpace(source), "\n")
	heads := cells(lines[0])
	if len(heads) < 2 || len(heads) > mostColumns {
		return "", fmt.Errorf("line 1 has %d heads: write 2 to %d with | between", len(heads), mostColumns)
	}
	if len(lines) < 2 || len(lines)-1 > mostRows {
		return "", fmt.Errorf("%d lines below the heads: 1 to %d can be taken in at once", len(lines)-1, mostRows)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<figure class="columns"><table class="of-%d"><caption class="visually-hidden">%s</caption><thead><tr>`, len(heads), html.EscapeString(alt))
	for _, head := range heads {
		fmt.Fprintf(&b, `<th scope="col">%s</th>`, html.EscapeString(head))
	}
	b.WriteString("</tr></thead><tbody>")
	rows, err := parse(lines[1:], len(heads))
	if err != nil {
		return "", err
	}
	for i, row := range rows {
		if len(row) == 1 {
			fmt.Fprintf(&b, `<tr class="event"><td colspan="%d"><span>%s</span></td></tr>`, len(heads), html.EscapeString(row[0]))
			continue
		}
		b.WriteString("<tr>")
		for column, text := range row {
			if text != covered {
				b.WriteString(cell(text, span(rows, i, column)))
			}
		}
		b.WriteString("</tr>")
	}
	fmt.Fprintf(&b, "</tbody></table><figcaption>%s</figcaption></figure>\n", html.EscapeString(title))
	return site.HTML(b.String()), nil
}

func cells(line string) []string {
	all := strings.Split(line, "|")
	for i, text := range all {
		all[i] = strings.TrimSpace(text)
	}
	return all
}

// covered stands in a cell over which the break above it reaches.
const covered = "\x00"

// parse cuts lines into cells; an event is a row of one. A break reaches over the
// empty cells below it.
func parse(lines []string, columns int) (rows [][]string, err error) {
	open := make([]bool, columns)
	for i, text := range lines {
		if m := event.FindStringSubmatch(strings.TrimSpace(text)); m != nil {
			rows = append(rows, []string{m[1]})
			clear(open)
			continue
		}
		row := cells(text)
		if len(row) != columns {
			return nil, fmt.Errorf("line %d has %d cells for %d heads: write a | between two, or -- an event --", i+2, len(row), columns)
		}
		for c, text := range row {
			if open[c] = gap.MatchString(text) || open[c] && text == ""; open[c] && text == "" {
				row[c] = covered
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// span is over how many rows a cell reaches.
func span(rows [][]string, at, column int) int {
	n := 1
	for at+n < len(rows) && len(rows[at+n]) > column && rows[at+n][column] == covered {
		n++
	}
	return n
}

func cell(text string, rows int) string {
	if text == "" {
		return "<td></td>"
	}
	if m := gap.FindStringSubmatch(text); m != nil {
		return fmt.Sprintf(`<td class="gap" rowspan="%d"><span>%s</span></td>`, rows, html.EscapeString(m[1]))
	}
	mark, ok := marks[text[0]]
	if ok {
		text = strings.TrimSpace(text[1:])
	}
	said, position := "", ""
	if mark.said != "" {
		said = `<span class="visually-hidden">` + mark.said + "</span>"
	}
	if m := placed.FindStringSubmatch(text); m != nil {
		position, text = `<b>`+m[1]+"</b> ", m[2]
	}
	return fmt.Sprintf(`<td class="%s"><div>%s%s<span>%s</span></div></td>`, mark.class, said, position, html.EscapeString(text))
}
