package check

import "sort"

// replica is what a node holds of a conversation in the end, put together from
// its final reads.
type replica struct {
	node      string
	first     uint64 // oldest seq that it still holds, 1 if it holds all
	pages     []*operation
	last      uint64
	whole     bool // the pages fit together and reach the end
	rewritten bool // it no longer holds all of what was folded
	where     map[*message]uint64
}

// beginAt: the node said that older messages were retained away.
func (r *replica) beginAt(first uint64) { r.first, r.pages = first, nil }

// add takes a final read. One that does not go on from the one before is the first of
// several; it begins behind what was folded, or before that if the replica does not hold
// all of it any more.
func (r *replica) add(o *operation, folded uint64) {
	after := o.read.after
	goesOn := false
	if n := len(r.pages); n > 0 {
		before := r.pages[n-1].read
		goesOn = after > 0 && before.newest == after && before.last > after
	}
	switch {
	case folded > 0 && after <= folded && !goesOn:
		r.rewritten = after < folded
		r.beginAt(after + 1)
	case folded == 0 && after < r.first: // from the beginning, once more
		r.pages = nil
	}
	r.pages = append(r.pages, o)
}

// assemble puts the pages together, each of which must begin where the one
// before ended.
func (r *replica) assemble() {
	next := r.first - 1
	r.last, r.whole, r.where = 0, false, nil
	for _, page := range r.pages {
		if page.read.after != next {
			return
		}
		next = max(next, page.read.newest)
		r.last = page.read.last
	}
	r.whole = len(r.pages) > 0 && next >= r.last
}

// page is the final read that covers a seq, or the last one.
func (r *replica) page(seq uint64) *operation {
	i := sort.Search(len(r.pages)-1, func(i int) bool { return r.pages[i].read.newest >= seq })
	return r.pages[i]
}

// find gives the seq at which the replica holds a message, or 0. It is asked
// only about messages that are not where they should be.
func (r *replica) find(wanted *message) uint64 {
	if r.where == nil {
		r.where = make(map[*message]uint64)
		for _, page := range r.pages {
			for seq := page.read.lowest; seq > 0 && seq <= page.read.newest && seq-page.read.lowest < 1<<20; seq++ {
				if m := page.showed(seq); m != nil {
					r.where[page.conversation.known(m)] = m.Seq
				}
			}
		}
	}
	return r.where[wanted]
}
