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
// Invariants: positions first <= p < next are remembered; a power of two of slots,
// at most half of them in use.
type memory struct {
	pages       []*page
	first, next uint64
	epochs      []uint64 // that entries refer to, one after the other
	exempt      uint64   // of the oldest entries, those that do not count against the budget

	slots []uint32 // a position modulo maxRemembered, and 1; 0 is free
	seed  [2]uint64
}

const (
	pageSize      = 1024
	maxRemembered = 1 << 31
	// bytesPerID is what an id takes at most: 40 bytes in the queue, and up to four
	// slots of 4 bytes, since the table is doubled when it is half full.
	bytesPerID = 40 + 4*4
)

type page [pageSize]remembered

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

// home is the slot at which the search for a key begins. The seed differs from
// machine to machine: whoever could work out which keys share a home could make
// every search slow.
func (m *memory) home(k key) uint32 {
	high, low := bits.Mul64(k[0]^m.seed[0], k[1]^m.seed[1])
	return uint32(high^low) & uint32(len(m.slots)-1)
}

// position of the entry that a slot in use stands for.
func (m *memory) position(slot uint32) uint64 {
	return m.first + uint64((slot-1-uint32(m.first))&(maxRemembered-1))
}

func slotOf(position uint64) uint32 { return uint32(position&(maxRemembered-1)) + 1 }

// find gives the entry with a key, or nil.
func (m *memory) find(k key) *remembered {
	if len(m.slots) == 0 {
		return nil
	}
	mask := uint32(len(m.slots) - 1)
	for i := m.home(k); m.slots[i] != 0; i = (i + 1) & mask {
		if e := m.at(m.position(m.slots[i])); e.key == k {
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
	*m.at(m.next) = e
	m.next++
	if 2*m.count() > uint64(len(m.slots)) {
		m.slots = make([]uint32, max(16, 2*len(m.slots)))
		for p := m.first; p < m.next; p++ {
			m.put(p)
		}
		return
	}
	m.put(m.next - 1)
}

func (m *memory) put(position uint64) {
	mask := uint32(len(m.slots) - 1)
	i := m.home(m.at(position).key)
	for m.slots[i] != 0 {
		i = (i + 1) & mask
	}
	m.slots[i] = slotOf(position)
}

// oldest gives the entry that would be forgotten next; there must be one.
func (m *memory) oldest() *remembered { return m.at(m.first) }

// forget removes the oldest entry and gives its time.
func (m *memory) forget() uint32 {
	e := m.oldest()
	m.remove(e.key, slotOf(m.first))
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
	m.pages, m.epochs, m.slots = m.pages[:len(m.pages):len(m.pages)], m.epochs[:len(m.epochs):len(m.epochs)], nil
}

// remove frees a slot. What stands behind it moves up, so that no search ends too
// early.
func (m *memory) remove(k key, slot uint32) {
	mask := uint32(len(m.slots) - 1)
	i := m.home(k)
	for m.slots[i] != slot {
		i = (i + 1) & mask
	}
	for j := i; ; {
		j = (j + 1) & mask
		s := m.slots[j]
		if s == 0 {
			break
		}
		// s may fill the gap unless its own place lies behind the gap.
		if home := m.home(m.at(m.position(s)).key); (j-home)&mask >= (j-i)&mask {
			m.slots[i], i = s, j
		}
	}
	m.slots[i] = 0
}
