package anchor

import (
	"fmt"
	"slices"

	"lockstep/site"
)

// kindred is how alike a text must be to pass for what an old one of some length was
// rewritten to. One that only stands in its place is another.
const kindred = 0.3

// rest is where a thread goes whose words are gone.
func (p *placer) rest(gone string, rung int) Placement {
	if p.mine >= 0 && long(p.a.Block) && dice(bag(p.a.Block.Text), bag(p.now.Blocks[p.mine].Text)) < kindred {
		p.mine = -1
	}
	if p.mine >= 0 {
		return Placement{State: Block, Block: p.mine, Rung: rung, Reason: gone + "; its " + p.noun() + " was rewritten"}
	}
	if p.lost != "" {
		gone = p.lost
	}
	if p.home >= 0 {
		return Placement{State: Section, Block: p.home, Rung: 6, Reason: fmt.Sprintf("%s; %s is still there", gone, p.homeIs)}
	}
	if heading := p.headingNow(); heading >= 0 {
		return Placement{State: Section, Block: sectionEnd(p.now.Blocks, heading), Rung: 6, Reason: fmt.Sprintf("%s; its section “%s” is still there", gone, p.now.Blocks[heading].Text)}
	}
	section := p.a.Block.Section
	for depth := len(section); depth > 0; depth-- {
		if last := p.endOf(section[:depth]); last >= 0 {
			return Placement{State: Section, Block: last, Rung: 6, Reason: fmt.Sprintf("%s; its section “%s” is still there", gone, section[depth-1])}
		}
	}
	return Placement{State: Orphan, Block: -1, Rung: 7, Reason: gone + ", and so is its section"}
}

// headingNow is what the innermost heading above the block became that is still
// there, whatever it is called; -1 if none is, or the old text is not known.
func (p *placer) headingNow() int {
	if !p.framed || p.old == nil {
		return -1
	}
	depth := len(p.a.Block.Section)
	for i := p.a.Block.N - 1; i >= 0 && depth > 0; i-- {
		if b := p.old.Blocks[i]; b.Kind == "heading" && len(b.Section) < depth {
			if j := p.al.toNew[i]; j >= 0 {
				return j
			}
			depth = len(b.Section)
		}
	}
	return -1
}

// sectionEnd is the last block below a heading.
func sectionEnd(blocks []site.Block, heading int) int {
	last := heading
	for i := heading + 1; i < len(blocks) && len(blocks[i].Section) > len(blocks[heading].Section); i++ {
		last = i
	}
	return last
}

// endOf is the last block of a section, or its heading; -1 if there is none, or
// more than one of that name.
func (p *placer) endOf(section []string) int {
	heading, last := -1, -1
	for i, b := range p.now.Blocks {
		name := section[len(section)-1]
		if b.Kind == "heading" && b.Text == name && slices.Equal(b.Section, section[:len(section)-1]) {
			if heading >= 0 {
				return -1
			}
			heading, last = i, i
		}
		if heading >= 0 && len(b.Section) >= len(section) && slices.Equal(b.Section[:len(section)], section) {
			last = i
		}
	}
	return last
}

// nouns are what readers call blocks.
var nouns = map[string]string{"item": "list item", "code": "block of code", "cell": "table cell", "lede": "summary"}

func (p *placer) noun() string {
	if noun := nouns[p.a.Block.Kind]; noun != "" {
		return noun
	}
	return p.a.Block.Kind
}

// then compares the old block, in which the quote is marked, with what it
// became, if that is known.
func (p *placer) then(found Placement) []site.Span {
	old := p.a.Block.Text
	start, end := 0, len([]rune(old))
	if q := p.a.Quote; q != nil {
		start, end = q.Start, q.End
	}
	now, known := "", false
	switch {
	case p.mine >= 0:
		now, known = p.now.Blocks[p.mine].Text, true
	case found.State == Moved:
		now, known = p.now.Blocks[found.Block].Text, true
	}
	spans := []site.Span{{Op: '-', Text: old}}
	if known {
		spans = Diff(old, now)
	}
	return marked(spans, start, end)
}
