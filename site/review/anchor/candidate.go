package anchor

// candidate is a run of a block that may be the quote.
type candidate struct {
	block, start, end int
	score             float64
	context           float64
}

func (p *placer) candidate(block, start, end, errors int) candidate {
	text, q := []rune(p.now.Blocks[block].Text), p.a.Quote
	prefix, suffix := []rune(q.Prefix), []rune(q.Suffix)
	before := similar(prefix, text[max(0, start-len(prefix)):start])
	after := similar(suffix, text[end:min(len(text), end+len(suffix))])
	quote := 1 - float64(errors)/float64(len(p.quote))
	place := 1 - float64(abs(block-p.a.Block.N))/float64(max(len(p.now.Blocks), p.a.Block.N+1))
	return candidate{block, start, end, (50*quote + 20*before + 20*after + 2*place) / 92, (before + after) / 2}
}

// surrounded: where the old text is not known, another passage of the same words
// cannot be told from this one unless both sides of it speak for it.
func (p *placer) surrounded(c candidate) bool {
	q := p.a.Quote
	return len([]rune(q.Prefix)) >= alone/2 && len([]rune(q.Suffix)) >= alone/2 && c.context >= blindContext
}

// choose gives the best candidate, and by how much.
func choose(all []candidate) (best candidate, margin float64) {
	best, second := all[0], -1.0
	for _, c := range all[1:] {
		if c.score > best.score {
			best, second = c, best.score
		} else {
			second = max(second, c.score)
		}
	}
	if second < 0 {
		return best, 1
	}
	return best, best.score - second
}
