package anchor

import "strings"

// nearlyInMine: words like the quote, in what its block became.
func (p *placer) nearlyInMine() (Placement, bool) {
	if p.mine < 0 {
		return Placement{}, false
	}
	share := editedErrors
	if len(p.quote) < shortQuote {
		share = shortErrors
	}
	found, ok := p.nearestInMine(int(share * float64(len(p.quote))))
	if !ok || found.start >= found.end {
		return Placement{}, false
	}
	c := p.candidate(p.mine, found.start, found.end, found.errors)
	if c.score < editedScore {
		return Placement{}, false
	}
	// Where a block was split or copied, the words may be more in a new one.
	budget := maxSearch
	for i, b := range p.now.Blocks {
		text := []rune(b.Text)
		if budget -= len(text) * len(p.quote); i == p.mine || p.others[i] || budget < 0 {
			continue
		}
		if rival, ok := nearest(text, p.quote, found.errors); ok && rival.start < rival.end && p.candidate(i, rival.start, rival.end, rival.errors).score > c.score-sureMargin {
			return Placement{State: Block, Block: p.mine, Score: c.score, Rung: 3, Reason: "the passage was edited, and words like it stand in several places"}, true
		}
	}
	return Placement{State: Edited, Block: p.mine, Start: c.start, End: c.end, Score: c.score, Margin: 1, Rung: 3,
		Reason: "the passage was edited"}, true
}

// nearestInMine is what is most like the quote in what its block became. Code has
// lines that are much alike, so those that stood in it before as other lines are left
// out.
func (p *placer) nearestInMine(limit int) (best match, ok bool) {
	text := p.now.Blocks[p.mine].Text
	if !p.framed || p.a.Block.Kind != "code" {
		return nearest([]rune(text), p.quote, limit)
	}
	was := strings.SplitAfter(p.a.Block.Text+"\n", "\n")
	lines := strings.SplitAfter(text, "\n")
	same := make([]bool, len(lines))
	for _, pair := range common(trimmed(was), trimmed(lines)) {
		same[pair[1]] = true
	}
	best.errors = limit + 1
	for j, at := 0, 0; j < len(lines); {
		part := ""
		for ; j < len(lines) && !same[j]; j++ {
			part += lines[j]
		}
		runes := []rune(strings.TrimRight(part, "\n"))
		if m, near := nearest(runes, p.quote, best.errors-1); near {
			best, ok = match{m.start + at, m.end + at, m.errors}, true
		}
		at += len([]rune(part))
		if j < len(lines) {
			at += len([]rune(lines[j]))
			j++
		}
	}
	return best, ok
}

// nearlyElsewhere: words like the quote, in a block that is no other's.
func (p *placer) nearlyElsewhere() (Placement, bool) {
	if len(p.quote) < wholeQuote || p.blind {
		return Placement{}, false
	}
	share := movedErrors
	if len([]rune(p.a.Quote.Prefix))+len([]rune(p.a.Quote.Suffix)) < alone {
		share = aloneErrors
	}
	var all []candidate
	budget := maxSearch
	for i, b := range p.now.Blocks {
		text := []rune(b.Text)
		if i == p.mine || p.others[i] || len(text) < len(p.quote)/2 {
			continue
		}
		if budget -= len(text) * len(p.quote); budget < 0 {
			return Placement{}, false
		}
		if found, ok := nearest(text, p.quote, int(share*float64(len(p.quote)))); ok && found.start < found.end {
			all = append(all, p.candidate(i, found.start, found.end, found.errors))
		}
	}
	if len(all) == 0 {
		return Placement{}, false
	}
	best, margin := choose(all)
	if best.score < nearlyScore || margin < sureMargin || (p.stray || p.blind && !p.surrounded(best)) {
		return Placement{}, false
	}
	if p.alikeBefore(share) {
		return Placement{}, false
	}
	return Placement{State: Moved, Block: best.block, Start: best.start, End: best.end, Score: best.score, Margin: margin, Rung: 4,
		Reason: "nearly the same words, in another place"}, true
}

// alikeBefore says whether the old text had words like the quote in another block:
// what is like it now may be those.
func (p *placer) alikeBefore(share float64) bool {
	if p.old == nil {
		return false
	}
	budget := maxSearch
	for i, b := range p.old.Blocks {
		text := []rune(b.Text)
		if i == p.a.Block.N || len(text) < len(p.quote)/2 {
			continue
		}
		if budget -= len(text) * len(p.quote); budget < 0 {
			return true // who cannot look does not claim
		}
		if _, ok := nearest(text, p.quote, int(2*share*float64(len(p.quote)))); ok {
			return true
		}
	}
	return false
}
