package anchor

import "fmt"

func (p *placer) passage() Placement {
	if place, ok := p.inMine(); ok {
		return place
	}
	if place, ok := p.exactElsewhere(); ok {
		return place
	}
	if place, ok := p.nearlyInMine(); ok {
		return place
	}
	if place, ok := p.nearlyElsewhere(); ok {
		return place
	}
	return p.rest("the passage is gone", 5)
}

// inMine: the quote as it is, in what its block became.
func (p *placer) inMine() (Placement, bool) {
	if p.mine < 0 {
		return Placement{}, false
	}
	if p.same {
		return p.unchanged(p.a.Quote.Start, p.a.Quote.End), true
	}
	if place, ok := p.followed(); ok {
		return place, true
	}
	starts := Occurrences([]rune(p.now.Blocks[p.mine].Text), p.quote)
	if len(starts) == 0 {
		return Placement{}, false
	}
	// Where a block was copied and both were edited, either may be the one.
	all := p.elsewhere()
	for _, s := range starts {
		all = append(all, p.candidate(p.mine, s, s+len(p.quote), 0))
	}
	best, margin := choose(all)
	if best.block != p.mine || margin < sureMargin {
		return Placement{State: Block, Block: p.mine, Score: best.score, Margin: margin, Rung: 1,
			Reason: fmt.Sprintf("the %s was edited, and the words now stand in %d places", p.noun(), len(all))}, true
	}
	return Placement{State: Edited, Block: p.mine, Start: best.start, End: best.end, Score: best.score, Margin: margin, Rung: 1,
		Reason: fmt.Sprintf("the same words; the %s around them was edited", p.noun())}, true
}

// unchanged: the block as it was, as far as what is around it lets one say so.
func (p *placer) unchanged(start, end int) Placement {
	found := Placement{State: Exact, Block: p.mine, Start: start, End: end, Score: 1, Margin: 1, Rung: 1}
	switch {
	case p.doubt != "":
		return Placement{State: Block, Block: p.mine, Score: 1, Rung: 1, Reason: p.doubt}
	case p.loose != "":
		found.State, found.Reason = Edited, p.loose
	case p.shifted != "":
		found.State, found.Reason = Moved, p.shifted
	}
	return found
}

// exactElsewhere: the quote as it is, in a block that did not have it before.
func (p *placer) exactElsewhere() (Placement, bool) {
	all := p.elsewhere()
	if len(all) == 0 || p.seated && len(p.quote) < wholeQuote {
		return Placement{}, false
	}
	best, margin := choose(all)
	sole := len(all) == 1 && len(p.quote) >= wholeQuote && best.context >= uniqueContext
	if (p.stray || p.blind && !p.surrounded(best)) || !sole && (best.score < sureScore || margin < sureMargin) {
		return Placement{}, false
	}
	// A copy elsewhere and an edited passage at home: either may be meant.
	if p.mine >= 0 {
		if _, near := nearest([]rune(p.now.Blocks[p.mine].Text), p.quote, int(movedErrors*float64(len(p.quote)))); near {
			return Placement{State: Block, Block: p.mine, Score: best.score, Margin: margin, Rung: 2,
				Reason: "the passage was edited, and the same words stand in another place"}, true
		}
	}
	return Placement{State: Moved, Block: best.block, Start: best.start, End: best.end, Score: best.score, Margin: margin, Rung: 2,
		Reason: "the same words, in another place"}, true
}

// elsewhere lists where the quote stands in blocks that did not have it before.
func (p *placer) elsewhere() (all []candidate) {
	for i, b := range p.now.Blocks {
		if i == p.mine || p.kept[i] || p.before[i] {
			continue
		}
		for _, s := range Occurrences([]rune(b.Text), p.quote) {
			all = append(all, p.candidate(i, s, s+len(p.quote), 0))
		}
	}
	return all
}
