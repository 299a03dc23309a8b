package anchor

import (
	"slices"

	"lockstep/site"
)

// frames say which blocks of a text stand together: in a table, a list, a note, or
// else below one heading.
type frames struct {
	blocks  []site.Block
	of      []int         // by block: its frame; 0 for a heading
	members map[int][]int // by frame: its blocks, in order
}

// A frame of the text has its number, and the blocks below a heading have the
// negative number of that heading's block, less two; -1 stands for no heading.
func framesOf(blocks []site.Block) *frames {
	f := &frames{blocks: blocks, of: make([]int, len(blocks)), members: make(map[int][]int)}
	heading := -1
	for i, b := range blocks {
		switch {
		case b.Kind == "heading":
			heading = -i - 2
			continue
		case b.Frame != nil:
			f.of[i] = b.Frame.N
		default:
			f.of[i] = heading
		}
		f.members[f.of[i]] = append(f.members[f.of[i]], i)
	}
	return f
}

// kind is what a frame is; "" for the blocks below a heading.
func (f *frames) kind(frame int) string {
	if m := f.members[frame]; frame > 0 && len(m) > 0 {
		return f.blocks[m[0]].Frame.Kind
	}
	return ""
}

// parent is the block that a frame stands in or below: the item around a nested
// list, or the heading; -1 if there is none.
func (f *frames) parent(frame int) int {
	if frame < 0 {
		return -frame - 2 // -1 for none
	}
	first := f.members[frame][0]
	if at := f.blocks[first].Frame; at.Of > 0 {
		for _, i := range f.members[at.Of] {
			if f.blocks[i].Frame.Row == at.OfRow {
				return i
			}
		}
	}
	for i := first; i >= 0; i-- {
		if f.blocks[i].Kind == "heading" {
			return i
		}
	}
	return -1
}

// origin is the frame of the old text that a frame of the new one was, 0 if that is
// not to be seen. It is told by its other blocks, and only where it has none of them
// by what stands around it; what is asked about, the block j, has no say.
func (p *placer) origin(frame, j int) int {
	votes := make(map[int]int)
	for _, k := range p.newFrames.members[frame] {
		if i := p.al.toOld[k]; i >= 0 && k != j && p.now.Blocks[k].Hash != p.a.Block.Hash {
			votes[p.oldFrames.of[i]]++
		}
	}
	delete(votes, 0)
	if best, ok := most(votes); ok || len(votes) > 0 {
		return best
	}
	return p.originAround(frame)
}

// originAround tells the origin of a frame by the heading or the item above it. Where
// several frames of its kind were there, what stands before and after it decides.
func (p *placer) originAround(frame int) int {
	parent, was := p.newFrames.parent(frame), -1
	if parent >= 0 {
		if was = p.al.toOld[parent]; was < 0 {
			return 0
		}
	}
	if frame < 0 { // the blocks below a heading
		if _, ok := p.oldFrames.members[-was-2]; ok {
			return -was - 2
		}
		return 0
	}
	var below []int
	for old := range p.oldFrames.members {
		if old > 0 && p.oldFrames.kind(old) == p.newFrames.kind(frame) && p.oldFrames.parent(old) == was {
			below = append(below, old)
		}
	}
	if len(below) == 1 {
		return below[0]
	}
	members := p.newFrames.members[frame]
	votes := make(map[int]int)
	if k := members[0] - 1; k >= 0 {
		if i := p.al.toOld[k]; i >= 0 && i+1 < len(p.old.Blocks) {
			votes[p.oldFrames.of[i+1]]++
		}
	}
	if k := members[len(members)-1] + 1; k < len(p.now.Blocks) {
		if i := p.al.toOld[k]; i > 0 {
			votes[p.oldFrames.of[i-1]]++
		}
	}
	if best, ok := most(votes); ok && slices.Contains(below, best) && len(votes) == 1 {
		return best
	}
	return 0
}

// most is the key with the most votes, if no other has as many.
func most(votes map[int]int) (best int, ok bool) {
	n := 0
	for key, count := range votes {
		switch {
		case count > n:
			best, n, ok = key, count, true
		case count == n:
			ok = false
		}
	}
	if !ok {
		return 0, false
	}
	return best, true
}
