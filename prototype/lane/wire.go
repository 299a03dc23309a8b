package lane

import (
	"encoding/binary"
	"errors"
	"maps"
	"slices"

	"lockstep/prototype/order"
)

// What replicas of a lane tell each other, as bytes. Numbers are varints, a string
// is its length and its bytes, a list is its length and its elements. A first byte
// says which message it is, so that versions can be told apart.
const (
	kindGossip byte = iota + 1
	kindLeader
	kindLeaderFrom // with a base
	kindGossipFrom // with a base
)

var errMalformed = errors.New("malformed message of a lane")

func (g gossip) append(dst []byte) []byte {
	if g.Base == nil {
		dst = append(dst, kindGossip)
	} else {
		dst = g.Base.append(append(dst, kindGossipFrom))
	}
	dst = appendBool(dst, g.Ask)
	dst = appendNumbers(dst, g.Have)
	dst = binary.AppendUvarint(dst, uint64(len(g.Messages)))
	for _, m := range g.Messages {
		dst = binary.AppendVarint(dst, m.Wall)
		dst = binary.AppendUvarint(dst, uint64(m.Ticks))
		dst = appendString(dst, m.Origin)
		dst = binary.AppendUvarint(dst, m.Number)
		dst = appendCommand(dst, m.Command)
	}
	return dst
}

func decodeGossip(data []byte) (gossip, error) {
	d := decoder{data: data}
	var base *clockBase
	switch d.byte() {
	case kindGossip:
	case kindGossipFrom:
		base = &clockBase{Bound: stamped{Wall: d.varint(), Ticks: uint32(d.uvarint()), Origin: d.string()}, Floors: d.numbers()}
		base.Rooms = make([]clockRoomBase, d.length(2+len(order.Digest{})))
		for i := range base.Rooms {
			base.Rooms[i] = clockRoomBase{d.string(), d.uvarint(), d.digest()}
		}
	default:
		return gossip{}, errMalformed
	}
	g := gossip{Base: base, Ask: d.byte() != 0, Have: d.numbers()}
	g.Messages = make([]*stamped, d.length(8))
	for i := range g.Messages {
		g.Messages[i] = &stamped{d.varint(), uint32(d.uvarint()), d.string(), d.uvarint(), d.command()}
	}
	return g, d.end()
}

func (b *clockBase) append(dst []byte) []byte {
	dst = binary.AppendVarint(dst, b.Bound.Wall)
	dst = binary.AppendUvarint(dst, uint64(b.Bound.Ticks))
	dst = appendString(dst, b.Bound.Origin)
	dst = appendNumbers(dst, b.Floors)
	dst = binary.AppendUvarint(dst, uint64(len(b.Rooms)))
	for _, r := range b.Rooms {
		dst = appendString(dst, r.Name)
		dst = binary.AppendUvarint(dst, r.Count)
		dst = append(dst, r.Digest[:]...)
	}
	return dst
}

// appendNumbers writes a number of each origin.
func appendNumbers(dst []byte, by map[string]uint64) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(by)))
	for _, origin := range slices.Sorted(maps.Keys(by)) {
		dst = appendString(dst, origin)
		dst = binary.AppendUvarint(dst, by[origin])
	}
	return dst
}

func (m leaderMessage) append(dst []byte) []byte {
	if m.Base == nil {
		dst = append(dst, kindLeader)
	} else {
		dst = binary.AppendUvarint(append(dst, kindLeaderFrom), uint64(len(m.Base)))
		for _, b := range m.Base {
			dst = appendString(dst, b.Name)
			dst = binary.AppendUvarint(dst, b.Count)
			dst = append(dst, b.Digest[:]...)
		}
	}
	dst = appendBool(dst, m.Answer)
	dst = binary.AppendUvarint(dst, m.Epoch)
	dst = appendString(dst, m.Leader)
	dst = binary.AppendUvarint(dst, m.Before)
	for _, n := range []int{m.From, m.Length, m.Have, len(m.Entries)} {
		dst = binary.AppendUvarint(dst, uint64(n))
	}
	for _, e := range m.Entries {
		dst = binary.AppendUvarint(dst, e.Epoch)
		dst = binary.AppendVarint(dst, e.Time)
		dst = appendCommand(dst, e.Command)
	}
	return dst
}

func decodeLeader(data []byte) (leaderMessage, error) {
	d := decoder{data: data}
	var base []leaderBase
	switch d.byte() {
	case kindLeader:
	case kindLeaderFrom:
		base = make([]leaderBase, d.length(2+len(order.Digest{})))
		for i := range base {
			base[i] = leaderBase{d.string(), d.uvarint(), d.digest()}
		}
	default:
		return leaderMessage{}, errMalformed
	}
	m := leaderMessage{Base: base, Answer: d.byte() != 0, Epoch: d.uvarint(), Leader: d.string(), Before: d.uvarint(), From: d.place(), Length: d.place(), Have: d.place()}
	m.Entries = make([]leaderEntry, d.length(6))
	for i := range m.Entries {
		m.Entries[i] = leaderEntry{d.uvarint(), d.varint(), d.command()}
	}
	return m, d.end()
}

func appendBool(dst []byte, b bool) []byte {
	if b {
		return append(dst, 1)
	}
	return append(dst, 0)
}

func appendString(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// appendCommand leaves sessions out: a weak lane has none.
func appendCommand(dst []byte, c order.Command) []byte {
	for _, s := range []string{c.Conversation, c.ID, c.Sender, c.Body} {
		dst = appendString(dst, s)
	}
	return dst
}

// decoder reads from the front of data, and gives zeros once it has failed.
type decoder struct {
	data   []byte
	failed bool
}

func (d *decoder) end() error {
	if d.failed || len(d.data) > 0 {
		return errMalformed
	}
	return nil
}

func (d *decoder) byte() byte {
	b := d.take(1)
	if b == nil {
		return 0
	}
	return b[0]
}

func (d *decoder) take(n uint64) []byte {
	if d.failed || n > uint64(len(d.data)) {
		d.failed, d.data = true, nil
		return nil
	}
	b := d.data[:n]
	d.data = d.data[n:]
	return b
}

func (d *decoder) string() string { return string(d.take(d.uvarint())) }

func (d *decoder) numbers() map[string]uint64 {
	by := map[string]uint64{}
	for range d.length(2) {
		origin := d.string()
		by[origin] = d.uvarint()
	}
	return by
}

func (d *decoder) digest() (digest order.Digest) {
	copy(digest[:], d.take(uint64(len(digest))))
	return digest
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.data)
	d.skip(n)
	return v
}

func (d *decoder) varint() int64 {
	v, n := binary.Varint(d.data)
	d.skip(n)
	return v
}

func (d *decoder) skip(n int) {
	if n <= 0 {
		n = len(d.data) + 1
	}
	d.take(uint64(n))
}

// maxPlace is a place in a log that none reaches.
const maxPlace = 1 << 40

// place is a place in a log.
func (d *decoder) place() int {
	n := d.uvarint()
	if n > maxPlace {
		d.failed = true
		return 0
	}
	return int(n)
}

// length is that of a list whose elements take at least some bytes each, which
// bounds what a lying length can make us allocate.
func (d *decoder) length(least int) int {
	n := d.uvarint()
	if d.failed || n > uint64(len(d.data)/least) {
		d.failed = true
		return 0
	}
	return int(n)
}

func (d *decoder) command() order.Command {
	return order.Command{Conversation: d.string(), ID: d.string(), Sender: d.string(), Body: d.string()}
}
