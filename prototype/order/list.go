package order

import "slices"

// Listed is how far a conversation has come.
type Listed struct {
	Conversation string
	Last         uint64 // the newest seq
	First        uint64 // the oldest that is retained
	Digest       Digest // up to Last
}

// List is a page of the conversations of a shard, by name, all of one moment.
type List struct {
	Index         uint64 // of the newest entry that had been applied
	Conversations []Listed
	More          bool // there are names behind the last one
}

// List gives the first conversations whose names are behind after, at most limit.
func (m *Machine) List(after string, limit int) List {
	m.mu.RLock()
	defer m.mu.RUnlock()
	// No more than twice the limit is kept at a time: there may be a million names, and
	// nothing is applied meanwhile.
	keep := limit + 1
	var names []string
	full := false
	for name := range m.conversations {
		if name <= after || full && name > names[keep-1] {
			continue
		}
		if names = append(names, name); len(names) >= 2*keep {
			slices.Sort(names)
			names, full = names[:keep], true
		}
	}
	slices.Sort(names)
	list := List{Index: m.index, More: len(names) > limit, Conversations: make([]Listed, 0, min(limit, len(names)))}
	for _, name := range names[:min(limit, len(names))] {
		c := m.conversations[name]
		list.Conversations = append(list.Conversations, Listed{Conversation: name, Last: c.last, First: c.base + 1, Digest: c.digest(c.last)})
	}
	return list
}

// Next is the digest that covers one message more.
func (d Digest) Next(m Message) Digest { return d.next(&m) }
