package order

import (
	"math/bits"
	"math/rand/v2"
)

// memory remembers ids in the order in which they came, and forgets from the
// front. It is a queue of fixed pages and a hash table with open addressing whose
// slots hold places in the queue. Nothing in it is a pointer to a message, so the
// garbage collector has nothing to look at.
//
// An entry is never changed once it is written, so that a snapshot may read the
// pages while further ids are added.
//
// The table is doubled when it is three quarters full, a few entries with each that is added:
// all at once would take as long as a failover.
//
// Invariants: positions first <= p < next are remembered; a power of two of slots,
// at most three quarters of them and one in use. Positions moved <= p < limit are in the old table
// alone, and all others in the new one; no table has a position before first.
type memory struct {
	pages       []*page
	first, next uint64
	epochs      []uint64 // that entries refer to, one after the other
	exempt      uint64   // of the oldest entries, those that do not count against the budget

	slots, old   table // old is nil but while entries are moved
	moved, limit uint64
	seed         [2]uint64
	expected     uint64 // see expect; it means nothing
}

const (
	pageSize      = 1024
	maxRemembered = 1 << 31
	// bytesPerID is what an id takes at most: 40 bytes in the queue, up to 8/3 slots of
	// 8 bytes, since the table is doubled when it is three quarters full, and half of
	// these again while the old table is still there.
	bytesPerID = 40 + 8*4
)

type page [pageSize]remembered

// table has for each entry 32 bits of its key's hash, which say where the search for
// it begins and nearly always whether it is the one, and its position modulo
// maxRemembered, and 1; 0 is free. So a search looks into the queue for what it finds,
// and hardly ever for what it passes.
type table []uint64

// remembered is an id and where its message stands.
type remembered struct {
	label
	seq   uint64
	time  uint32 // seconds since the Unix epoch, rounded up: see idMemory
	epoch uint32 // place in memory.epochs
}

func newMemory() memory { return memory{seed: [2]uint64{rand.Uint64(), rand.Uint64()}} }

func (m *memory) count() uint64 { return m.next - m.first }

// at gives the entry at a position.
func (m *memory) at(position uint64) *remembered {
	return &m.pages[position/pageSize-m.first/pageSize][position%pageSize]
}

func (m *memory) epoch(e *remembered) uint64 { return m.epochs[e.epoch] }

// slot gives what stands in the table for a key at a position. The seed differs from
// machine to machine: whoever could work out which keys share a home could make
// every search slow.
func (m *memory) slot(k key, position uint64) uint64 {
	high, low := bits.Mul64(k[0]^m.seed[0], k[1]^m.seed[1])
	return (high^low)<<32 | (position&(maxRemembered-1) + 1)
}

// home is where the search for a slot begins.
func (t table) home(slot uint64) uint64 { return slot >> 32 & uint64(len(t)-1) }

// first is what stands at the home of a slot.
func (t table) first(slot uint64) uint64 {
	if len(t) == 0 {
		return 0
	}
	return t[t.home(slot)]
}

// position of the entry that a slot in use stands for.
func (m *memory) position(slot uint64) uint64 {
	return m.first + (slot&(1<<32-1)-1-m.first)&(maxRemembered-1)
}

// expect reads the slots at which it begins to look for these keys and, while the
// table is doubled, puts as many entries as are added with them. Most are in no cache
// by then. Here nothing depends on what is read, so the processor fetches many at
// once; one after the other they would take as long as all the rest of an entry.
func (m *memory) expect(labels []label) {
	sum := m.expected
	for i := range labels {
		home := m.slot(labels[i].key, 0)
		sum ^= m.slots.first(home) ^ m.old.first(home)
	}
	if m.old != nil {
		for p := max(m.moved, m.first); p < min(m.limit, m.moved+movesPerAdd*uint64(len(labels))); p++ {
			sum ^= m.slots.first(m.slot(m.at(p).key, 0))
		}
	}
	m.expected = sum
}

// find gives the entry with a key, or nil.
func (m *memory) find(k key) *remembered {
	if e := m.search(m.slots, k); e != nil || m.old == nil {
		return e
	}
	return m.search(m.old, k)
}

func (m *memory) search(t table, k key) *remembered {
	if len(t) == 0 {
		return nil
	}
	mask, wanted := uint64(len(t)-1), m.slot(k, 0)>>32
	for i := wanted & mask; t[i] != 0; i = (i + 1) & mask {
		if t[i]>>32 != wanted {
			continue
		}
		if e := m.at(m.position(t[i])); e.key == k {
			return e
		}
	}
	return nil
}

// add remembers an entry whose key is not there yet. Epochs never decrease from
// one call to the next.
func (m *memory) add(e remembered, epoch uint64) {
	if n := len(m.epochs); n == 0 || m.epochs[n-1] != epoch {
		m.epochs = append(m.epochs, epoch)
	}
	e.epoch = uint32(len(m.epochs) - 1)
	if m.next%pageSize == 0 || len(m.pages) == 0 {
		m.pages = append(m.pages, new(page))
	}
	if len(m.slots) == 0 || 4*m.count() > 3*uint64(len(m.slots)) {
		m.old, m.moved, m.limit = m.slots, m.first, m.next
		m.slots = make(table, max(16, 2*len(m.slots)))
	}
	*m.at(m.next) = e
	m.put(m.next)
	m.next++
	m.move()
}

// movesPerAdd is enough: the new table is full when twice as many have been added
// as there were in the old one, so all have been moved by then.
const movesPerAdd = 2

func (m *memory) move() {
	for range movesPerAdd {
		if m.moved = max(m.moved, m.first); m.moved >= m.limit {
			m.old = nil
			return
		}
		m.put(m.moved)
		m.moved++
	}
}

func (m *memory) put(position uint64) {
	mask := uint64(len(m.slots) - 1)
	s := m.slot(m.at(position).key, position)
	i := m.slots.home(s)
	for m.slots[i] != 0 {
		i = (i + 1) & mask
	}
	m.slots[i] = s
}

// oldest gives the entry that would be forgotten next; there must be one.
func (m *memory) oldest() *remembered { return m.at(m.first) }

// forget removes the oldest entry and gives its time.
func (m *memory) forget() uint32 {
	e := m.oldest()
	slot := m.slot(e.key, m.first)
	m.slots.remove(slot)
	m.old.remove(slot)
	time := e.time
	m.first++
	if m.first%pageSize == 0 {
		// A new slice, since a snapshot may still be reading the old one.
		m.pages = append([]*page(nil), m.pages[1:]...)
	}
	m.exempt -= min(m.exempt, 1)
	return time
}

// freeze makes a copy one that is only walked, and that later changes of the
// original do not touch.
func (m *memory) freeze() {
	m.pages, m.epochs, m.slots, m.old = m.pages[:len(m.pages):len(m.pages)], m.epochs[:len(m.epochs):len(m.epochs)], nil, nil
}

// remove frees a slot, if the table has it. What stands behind it moves up, so that
// no search ends too early.
func (t table) remove(slot uint64) {
	if len(t) == 0 {
		return
	}
	mask := uint64(len(t) - 1)
	i := t.home(slot)
	for t[i] != slot {
		if t[i] == 0 {
			return
		}
		i = (i + 1) & mask
	}
	for j := i; ; {
		j = (j + 1) & mask
		s := t[j]
		if s == 0 {
			break
		}
		// s may fill the gap unless its own place lies behind the gap.
		if (j-t.home(s))&mask >= (j-i)&mask {
			t[i], i = s, j
		}
	}
	t[i] = 0
}
