package anchor

import "lockstep/site"

// inHead finds a fact at the head of the page. There is one of each kind, whatever it
// says, but for the options of a decision, which are known by their words.
func (p *placer) inHead(old, now *Doc) Placement {
	b := p.a.Block
	p.now, p.seated = now, true
	var kin, equal []int
	for j, other := range now.Blocks {
		if !other.Head || other.Kind != b.Kind {
			continue
		}
		kin = append(kin, j)
		if other.Hash == b.Hash {
			equal = append(equal, j)
		}
	}
	switch {
	case len(equal) == 1:
		p.mine, p.same = equal[0], true
	case len(equal) > 1:
		p.mine, p.same, p.doubt = equal[0], true, "the same "+p.noun()+" stands here more than once; which of them is meant cannot be told"
	case len(kin) == 0:
		return Placement{State: Orphan, Block: -1, Rung: 7, Reason: "the page does not state the " + p.noun() + " any more"}
	case b.Kind != "option":
		p.mine = kin[0]
	default:
		p.mine = p.optionNow(old, kin)
	}
	if p.mine < 0 {
		p.lost, p.home, p.homeIs = "the option is gone", kin[0], "the list of options"
		return p.rest(p.lost, 6)
	}
	if p.a.Quote == nil {
		return p.block()
	}
	n := len(now.Blocks)
	p.others, p.kept, p.before = make([]bool, n), make([]bool, n), make([]bool, n)
	for j := range n { // no other block is looked at
		p.others[j], p.kept[j] = j != p.mine, j != p.mine
	}
	if place, ok := p.inMine(); ok {
		return place
	}
	if place, ok := p.nearlyInMine(); ok {
		return place
	}
	return p.rest("the passage is gone", 5)
}

// optionNow is the option that one with other words became, -1 if that cannot be said.
func (p *placer) optionNow(old *Doc, kin []int) int {
	if old == nil {
		return -1
	}
	var was, is []site.Block
	own := -1
	for _, b := range old.Blocks {
		if b.Head && b.Kind == "option" {
			if b.Hash == p.a.Block.Hash {
				own = len(was)
			}
			was = append(was, b)
		}
	}
	for _, j := range kin {
		is = append(is, p.now.Blocks[j])
	}
	if own < 0 {
		return -1
	}
	al := align(was, is)
	if j := al.toNew[own]; j >= 0 {
		return kin[j]
	}
	if j, ok := al.between(own, len(was), len(is)); ok && al.toOld[j] < 0 {
		return kin[j]
	}
	return -1
}
