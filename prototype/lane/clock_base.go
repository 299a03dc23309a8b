package lane

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"maps"
	"slices"

	"lockstep/prototype/order"
)

// origin is what a lane holds of one life of a node: messages with the numbers from
// floor+1 on, in their order, which is that of their stamps. Those before were dropped.
type origin struct {
	floor uint64
	kept  []*stamped
}

func (o *origin) last() uint64 { return o.floor + uint64(len(o.kept)) }

// clockBase is what a lane has dropped: every message up to a stamp.
type clockBase struct {
	Bound  stamped           // the greatest stamp of them; its command is left out
	Floors map[string]uint64 // by origin: the newest number
	Rooms  []clockRoomBase
}

// clockRoomBase is that of a conversation.
type clockRoomBase struct {
	Name   string
	Count  uint64
	Digest order.Digest
}

// mark is what a message adds to a digest. Stamps say where it stands, so that a digest
// need not depend on the order in which messages are added.
func (m *stamped) mark() order.Digest {
	text, _ := json.Marshal(m) // strings and numbers
	return sha256.Sum256(text)
}

func add(d *order.Digest, other order.Digest) { subtle.XORBytes(d[:], d[:], other[:]) }

// count takes a message into what was dropped.
func (r *clockRoom) count(m *stamped) {
	r.base++
	add(&r.before, m.mark())
}

// drop forgets the oldest messages, a page at a time: those that all others have, or,
// when twice as many are kept as have to be, any. None of those that are dropped is
// newer than one that is kept.
func (c *Clock) drop() {
	for c.retain > 0 && c.kept >= c.retain+c.page {
		for range c.page {
			var oldest *origin
			for _, o := range c.sent {
				if len(o.kept) > 0 && (oldest == nil || o.kept[0].compare(oldest.kept[0]) < 0) {
					oldest = o
				}
			}
			m := oldest.kept[0]
			if c.kept < 2*c.retain+c.page && !c.everywhere(m) {
				return
			}
			if m.compare(&c.bound) > 0 {
				c.bound = stamped{Wall: m.Wall, Ticks: m.Ticks, Origin: m.Origin}
			}
			c.forget(oldest)
		}
		for _, o := range c.sent {
			o.kept = slices.Clone(o.kept)
		}
		for _, r := range c.rooms {
			r.sorted = slices.Clone(r.sorted)
		}
	}
}

// everywhere says whether all others told that they have a message.
func (c *Clock) everywhere(m *stamped) bool {
	for _, p := range c.peers() {
		if c.heard[p][m.Origin] < m.Number {
			return false
		}
	}
	return true
}

// forget drops the oldest message of an origin, and counts it if it has a place.
func (c *Clock) forget(o *origin) (m *stamped, placed bool) {
	m = o.kept[0]
	o.kept, o.floor = o.kept[1:], o.floor+1
	c.kept--
	r := c.room(m.Command.Conversation)
	if r.byID[idOf(&m.Command)] != m {
		return m, false
	}
	r.remove(m)
	delete(r.byID, idOf(&m.Command))
	r.count(m)
	return m, true
}

// base is what this node has dropped, for one that lacks some of it.
func (c *Clock) base() *clockBase {
	b := &clockBase{Bound: c.bound, Floors: map[string]uint64{}}
	for name, o := range c.sent {
		if o.floor > 0 {
			b.Floors[name] = o.floor
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.rooms)) {
		if r := c.rooms[name]; r.base > 0 {
			b.Rooms = append(b.Rooms, clockRoomBase{name, r.base, r.before})
		}
	}
	return b
}

// adopt takes over what another node has dropped, if this one lacks some of that. What
// this node alone has of that time stays counted.
func (c *Clock) adopt(b *clockBase) {
	lacks := false
	for name, floor := range b.Floors {
		lacks = lacks || c.origin(name).last() < floor
	}
	if !lacks {
		return
	}
	if b.Bound.compare(&c.bound) >= 0 {
		var alone []*stamped
		for name, o := range c.sent {
			for len(o.kept) > 0 && o.kept[0].compare(&b.Bound) <= 0 {
				if m, placed := c.forget(o); placed && m.Number > b.Floors[name] {
					alone = append(alone, m)
				}
			}
		}
		for _, r := range c.rooms {
			r.base, r.before = 0, order.Digest{}
		}
		for _, of := range b.Rooms {
			r := c.room(of.Name)
			r.base, r.before = of.Count, of.Digest
		}
		for _, m := range alone {
			c.room(m.Command.Conversation).count(m)
		}
		c.bound = b.Bound
	}
	for name, floor := range b.Floors {
		o := c.origin(name)
		for len(o.kept) > 0 && o.floor < floor {
			c.forget(o)
		}
		o.floor = max(o.floor, floor)
		for number := range c.beyond[name] {
			if number <= o.floor {
				delete(c.beyond[name], number)
			}
		}
		c.follow(name)
	}
}
