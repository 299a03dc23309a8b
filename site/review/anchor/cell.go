package anchor

import (
	"fmt"
	"slices"
)

// inTable finds a cell by the row and the column that it stands in, whatever it says:
// values that change places do not take their comments along, and a comment on a row
// that is gone does not go to another with the same value.
//
// Of a cell that holds a sentence, the words are evidence as well: where its row cannot
// be found, they may. Sole is whether no other block said the same.
func (p *placer) inTable(sole bool) {
	b := p.a.Block
	words := p.mine
	if !long(b) || p.same && !sole {
		words = -1
	}
	byWords := func(now *table) bool {
		if words < 0 || now != nil && (p.now.Blocks[words].Frame == nil || p.now.Blocks[words].Frame.N != now.n) || !p.kinRow(words) {
			return false
		}
		p.mine, p.same = words, p.now.Blocks[words].Hash == b.Hash
		p.loose, p.doubt = "the same words; the row around them was edited", ""
		return true
	}
	p.mine, p.same, p.seated = -1, false, true
	olds, nows := tablesOf(p.old.Blocks), tablesOf(p.now.Blocks)
	old := tableOf(olds, b.Frame.N)
	if old == nil || b.Frame.Row > len(old.rows) || b.Frame.Col > old.cols {
		return
	}
	now := p.become(old, olds, nows)
	if now == nil {
		if !byWords(nil) {
			p.lost = "the table is gone"
		}
		return
	}
	p.home, p.homeIs = now.first, "its table"
	row, col := b.Frame.Row-1, b.Frame.Col-1
	if slices.EqualFunc(old.rows, now.rows, sameTexts) {
		p.seat(old.rows[row][col].blocks, now, row, col)
		return
	}
	cols := columnsOf(old, now)
	to := cols.to[col]
	if to < 0 {
		p.lost = fmt.Sprintf("the column %sis gone", quoted(old.header(col)))
		return
	}
	if row >= old.heads {
		at := p.row(old, now, cols, row-old.heads, col)
		if at < 0 && byWords(now) {
			return
		}
		if at < 0 {
			p.lost = fmt.Sprintf("the row %sis gone", quoted(old.rows[row][0].text))
			return
		}
		at += now.heads
		p.seat(old.rows[row][col].blocks, now, at, to)
		if p.same && p.loose == "" && p.doubt == "" && !p.still(old.rows[row], now.rows[at]) {
			p.shifted = "the same words; their row was moved"
		}
	} else if now.heads > 0 {
		p.seat(old.rows[row][col].blocks, now, min(row, now.heads-1), to)
	} else {
		p.lost = "the head of the table is gone"
		return
	}
	if !cols.sure[col] && p.loose == "" {
		p.loose = "the same words; the column around them was edited"
	}
}

// kinRow says whether the other cells of a block's row were in the anchor's row, as far
// as they were anywhere: one at least, unless the block is the same.
func (p *placer) kinRow(j int) bool {
	at, own := p.now.Blocks[j].Frame, p.a.Block.Frame
	kin := p.now.Blocks[j].Hash == p.a.Block.Hash
	for k, b := range p.now.Blocks {
		if at == nil || k == j || b.Frame == nil || b.Frame.N != at.N || b.Frame.Row != at.Row {
			continue
		}
		if i := p.al.toOld[k]; i >= 0 && p.old.Blocks[i].Frame != nil {
			if p.old.Blocks[i].Frame.N != own.N || p.old.Blocks[i].Frame.Row != own.Row {
				return false
			}
			kin = true
		}
	}
	return kin
}

// row is what the row i has become, -1 if it is gone. It notes how far that is
// certain.
func (p *placer) row(old, now *table, cols columns, i, col int) (at int) {
	own, ownNow := old.column(col), now.column(cols.to[col])
	name := naming(old, now, cols)
	r := rowsOf(old, now, cols, col, name)
	if col == name && single(own, own[i]) && single(ownNow, own[i]) && (len(r.weight) > 0 || !r.numbered) {
		at = slices.Index(ownNow, own[i]) // its own name
		if r.outdone(i, at) || !r.supported(i, at) {
			p.loose = "the same words; the row around them was edited"
		}
		return at
	}
	at, p.loose, p.doubt = r.of(i, own, ownNow)
	return at
}

func sameTexts(a, b []cell) bool {
	return slices.EqualFunc(a, b, func(x, y cell) bool { return x.text == y.text })
}

func quoted(text string) string {
	if text == "" {
		return ""
	}
	if runes := []rune(text); len(runes) > 40 {
		text = string(runes[:40]) + "…"
	}
	return "“" + text + "” "
}

// seat takes the block of a cell that is the anchor's: a cell may hold several.
func (p *placer) seat(was []int, now *table, row, col int) {
	blocks := now.rows[row][col].blocks
	if len(blocks) == 0 {
		p.lost = "its table cell is empty"
		for _, c := range now.rows[row] {
			if len(c.blocks) > 0 {
				p.home, p.homeIs = c.blocks[0], "its row"
				break
			}
		}
		return
	}
	at := slices.Index(was, p.a.Block.N)
	var equal []int
	for _, j := range blocks {
		if p.now.Blocks[j].Hash == p.a.Block.Hash {
			equal = append(equal, j)
		}
	}
	switch {
	case len(equal) == 1:
		p.mine, p.same = equal[0], true
	case len(equal) > 1:
		p.mine, p.same = blocks[min(max(at, 0), len(blocks)-1)], true
		if len(was) != len(blocks) || p.now.Blocks[p.mine].Hash != p.a.Block.Hash {
			p.mine = equal[0]
			p.doubt = "the same words stand in the cell more than once; which of them is meant cannot be told"
		}
	case len(was) == len(blocks):
		p.mine = blocks[max(at, 0)]
	default:
		p.mine = blocks[0]
	}
}

// still says whether a row stands between the same rows, as far as the comparison of
// the whole text sees that.
func (p *placer) still(old, now []cell) bool {
	for _, c := range old {
		for _, i := range c.blocks {
			j := p.al.toNew[i]
			if j >= 0 && slices.ContainsFunc(now, func(c cell) bool { return slices.Contains(c.blocks, j) }) {
				return true
			}
		}
	}
	return false
}
