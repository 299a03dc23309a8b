package diff

import (
	"regexp"
	"strings"

	"lockstep/site"
)

// Text is a page as one revision has it.
type Text struct {
	Blocks []site.Block
	Source string // the file, for what is no word: the destination of a link, emphasis
}

// unit is what is aligned: a block, or all cells of a table.
type unit struct {
	blocks []site.Block
	text   string
	key    string // equal for what a reader reads as the same
	source string // its lines in the file, without what only lays them out
}

func (u *unit) table() bool   { return u.blocks[0].Kind == "cell" }
func (u *unit) kind() string  { return u.blocks[0].Kind }
func (u *unit) heading() bool { return u.kind() == "heading" }
func (u *unit) head() bool    { return u.blocks[0].Head }

// pairs says whether two units can be the same thing at two times.
func (u *unit) pairs(v *unit) bool {
	if u.head() || v.head() {
		return u.head() && v.head() && u.kind() == v.kind()
	}
	return u.table() == v.table() && u.heading() == v.heading() && (u.kind() == "code") == (v.kind() == "code")
}

func units(t Text) (all []*unit) {
	lines := strings.Split(t.Source, "\n")
	for i := 0; i < len(t.Blocks); {
		j := i + 1
		if f := t.Blocks[i].Frame; t.Blocks[i].Kind == "cell" && f != nil {
			for j < len(t.Blocks) && t.Blocks[j].Kind == "cell" && t.Blocks[j].Frame != nil && t.Blocks[j].Frame.N == f.N {
				j++
			}
		}
		all = append(all, newUnit(t.Blocks[i:j], lines))
		i = j
	}
	return all
}

func newUnit(blocks []site.Block, lines []string) *unit {
	u := &unit{blocks: blocks}
	var text, key strings.Builder
	first, last := 0, 0
	for i, b := range blocks {
		if i > 0 {
			text.WriteByte('\n')
		}
		text.WriteString(b.Text)
		key.WriteString(b.Kind + "\x00" + b.Label + "\x00" + b.Text + "\x00")
		if f := b.Frame; f != nil && b.Kind == "cell" {
			key.WriteString(string(rune(f.Row)) + string(rune(f.Col)) + "\x01")
		}
		if b.Line > 0 && (first == 0 || b.Line < first) {
			first = b.Line
		}
		last = max(last, b.End)
	}
	u.text, u.key = text.String(), key.String()
	if !u.head() && u.kind() != "code" && first > 0 && last <= len(lines) && first <= last {
		u.source = plain(lines[first-1 : last])
	}
	return u
}

var layout = regexp.MustCompile(`^[\s>]*(?:[-*+]\s|\d+[.)]\s)?|-{3,}`)

// plain is a stretch of source without what only lays it out: line breaks, indents,
// bullets and numbers of lists, the rules of tables.
func plain(lines []string) string {
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(layout.ReplaceAllString(line, " ") + " ")
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// section is the headings above a unit.
func (u *unit) section() []string { return u.blocks[0].Section }
