package anchor

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"lockstep/site"
)

// settle looks again at what the comparison of the texts has made of the anchor's
// block. It goes by words alone, and the same few words often stand in several lists,
// tables and listings: there a block is known by what holds it.
func (p *placer) settle() {
	b := p.a.Block
	before, after := count(p.old.Blocks, b), count(p.now.Blocks, b)
	switch {
	case b.Kind == "heading":
		return
	case before == 1 && after == 1 && p.same && prose(b):
		return // nothing else can be meant
	case after == 0 && b.Frame == nil:
		return // its words are in no block
	}
	p.oldFrames, p.newFrames = framesOf(p.old.Blocks), framesOf(p.now.Blocks)
	if b.Frame != nil && b.Frame.Kind == "table" {
		p.inTable(before == 1)
		return
	}
	mine := p.oldFrames.of[b.N]
	var near []int // blocks with its words in what its frame became
	for j, other := range p.now.Blocks {
		if other.Hash == b.Hash && p.origin(p.newFrames.of[j], j) == mine {
			near = append(near, j)
		}
	}
	if labelled := slices.DeleteFunc(slices.Clone(near), func(j int) bool { return p.now.Blocks[j].Label != b.Label }); len(labelled) > 0 {
		near = labelled
	}
	if len(near) == 0 {
		p.strayed(before, after)
		return
	}
	p.within(mine, near)
}

// count is how many blocks have the words of b.
func count(blocks []site.Block, b *site.Block) (n int) {
	for i := range blocks {
		if blocks[i].Hash == b.Hash {
			n++
		}
	}
	return n
}

// prose says whether a block is known by its words alone.
func prose(b *site.Block) bool { return (b.Kind == "paragraph" || b.Kind == "figure") && long(b) }

// long says whether the words of a block are unlikely to recur by chance.
func long(b *site.Block) bool { return utf8.RuneCountInString(b.Text) >= wholeQuote }

// strayed: nothing in what the frame became has the words.
func (p *placer) strayed(before, after int) {
	if p.mine < 0 {
		return
	}
	if !p.same {
		if origin := p.origin(p.newFrames.of[p.mine], p.mine); origin != 0 && origin != p.oldFrames.of[p.a.Block.N] && !long(p.a.Block) {
			p.mine = -1
		}
		return
	}
	if before == 1 && after == 1 {
		p.shifted = fmt.Sprintf("the same words; the %s is in another place", p.noun())
		return
	}
	p.mine, p.same, p.stray = -1, false, true
}

// within finds the block among those of its frame that have its words.
func (p *placer) within(mine int, near []int) {
	frame := p.newFrames.of[near[0]]
	if slices.ContainsFunc(near, func(j int) bool { return p.newFrames.of[j] != frame }) {
		p.unsure(near)
		return
	}
	old, now := p.oldFrames.members[mine], p.newFrames.members[frame]
	i := slices.Index(old, p.a.Block.N)
	key := func(blocks []site.Block, members []int) (keys []string) {
		for _, m := range members {
			keys = append(keys, blocks[m].Hash+blocks[m].Label)
		}
		return keys
	}
	a, b := key(p.old.Blocks, old), key(p.now.Blocks, now)
	own := a[i]
	if !slices.Contains(b, own) { // its label was changed, or it is another
		is := p.now.Blocks[near[0]]
		switch {
		case slices.ContainsFunc(p.old.Blocks, func(o site.Block) bool { return o.Hash == is.Hash && o.Label == is.Label }):
			p.mine, p.same, p.stray = -1, false, true
		case len(near) > 1:
			p.unsure(near)
		default:
			p.mine, p.same = near[0], true
			p.loose = "the same words; their language, caption or name was changed"
		}
		return
	}
	if !p.kin(old, frame) && !long(p.a.Block) {
		p.loose = "the same words; everything around them was rewritten"
	}
	if single(a, own) && single(b, own) {
		p.found(now[slices.Index(b, own)])
		return
	}
	w := waysOf(a, b)
	if w == nil {
		p.unsure(near)
		return
	}
	switch j, certain := w.of(i); {
	case !certain:
		p.unsure(near)
	case j >= 0:
		p.found(now[j])
	default:
		if p.same || p.mine >= 0 && p.newFrames.of[p.mine] != frame {
			p.mine, p.same = -1, false
		}
		p.stray = true
	}
}

// kin says whether a frame of the new text has any other block of an old one, if that
// had others.
func (p *placer) kin(old []int, frame int) bool {
	for _, i := range old {
		if j := p.al.toNew[i]; j >= 0 && i != p.a.Block.N && p.newFrames.of[j] == frame {
			return true
		}
	}
	return len(old) == 1
}

func single(list []string, s string) bool {
	i := slices.Index(list, s)
	return i >= 0 && !slices.Contains(list[i+1:], s)
}

// found: the block is j, with the same words.
func (p *placer) found(j int) {
	if p.mine != j && p.al.toOld[j] != p.a.Block.N {
		// The comparison of the whole text has taken it for another.
		p.others[j], p.kept[j] = false, false
	}
	p.mine, p.same = j, true
}

// unsure: it is one of several.
func (p *placer) unsure(near []int) {
	p.mine, p.same = near[0], true
	p.doubt = fmt.Sprintf("the same %s stands in %d places; which of them is meant cannot be told", p.noun(), max(len(near), 2))
	if len(near) == 1 {
		p.doubt = fmt.Sprintf("the same %s stood in several places, and some are gone; whether this is the one that was meant cannot be told", p.noun())
	}
}
