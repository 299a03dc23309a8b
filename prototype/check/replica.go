package check

import (
	"sort"

	"lockstep/prototype/history"
)

// replica is what a node holds of a conversation in the end, put together from
// its final reads.
type replica struct {
	node  string
	pages []*operation
	last  uint64
	whole bool // the pages fit together and reach the end
	where map[string]uint64
}

// assemble puts the pages together, each of which must begin where the one
// before ended.
func (r *replica) assemble() {
	next := uint64(0)
	for _, page := range r.pages {
		if page.invoke.After != next {
			return
		}
		if n := len(page.end.Messages); n > 0 {
			next = page.end.Messages[n-1].Seq
		}
		r.last = page.end.Last
	}
	r.whole = next >= r.last
}

// page is the final read that covers a seq, or the last one.
func (r *replica) page(seq uint64) *operation {
	i := sort.Search(len(r.pages)-1, func(i int) bool {
		n := len(r.pages[i].end.Messages)
		return n > 0 && r.pages[i].end.Messages[n-1].Seq >= seq
	})
	return r.pages[i]
}

// at is what the replica holds at a seq. Holes are density's finding, but they
// are why the place must be looked for.
func (r *replica) at(seq uint64) *history.Message {
	page := r.page(seq)
	messages := page.end.Messages
	if i := seq - page.invoke.After - 1; i < uint64(len(messages)) && messages[i].Seq == seq {
		return &messages[i]
	}
	i := sort.Search(len(messages), func(i int) bool { return messages[i].Seq >= seq })
	if i < len(messages) && messages[i].Seq == seq {
		return &messages[i]
	}
	return nil
}

// find gives the seq at which the replica holds a message, or 0. It is asked
// only about messages that are not where they should be.
func (r *replica) find(id string) uint64 {
	if r.where == nil {
		r.where = make(map[string]uint64)
		for _, page := range r.pages {
			for i := range page.end.Messages {
				r.where[page.end.Messages[i].ID] = page.end.Messages[i].Seq
			}
		}
	}
	return r.where[id]
}
