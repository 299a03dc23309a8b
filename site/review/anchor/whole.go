package anchor

import "fmt"

// block places an anchor of a whole block.
func (p *placer) block() Placement {
	switch {
	case p.same:
		return p.unchanged(0, 0)
	case p.mine >= 0:
		return Placement{State: Edited, Block: p.mine, Score: 1, Margin: 1, Rung: 1, Reason: fmt.Sprintf("the %s was edited", p.noun())}
	}
	var equal []int
	for i, b := range p.now.Blocks {
		same := b.Hash == p.a.Block.Hash || p.framed && long(&b) && b.Text == p.a.Block.Text // a paragraph may become a cell
		if same && !p.others[i] {
			equal = append(equal, i)
		}
	}
	// A short cell, or one of several blocks that said the same, is no other one.
	other := p.framed && (p.stray || p.seated && len([]rune(p.a.Block.Text)) < wholeQuote)
	if len(equal) == 1 && !other {
		return Placement{State: Moved, Block: equal[0], Score: 1, Margin: 1, Rung: 2, Reason: fmt.Sprintf("the %s was moved", p.noun())}
	}
	return p.rest(fmt.Sprintf("the %s is gone", p.noun()), 6)
}
