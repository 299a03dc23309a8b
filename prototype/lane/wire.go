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
)

var errMalformed = errors.New("malformed message of a lane")

func (g gossip) append(dst []byte) []byte {
	dst = append(dst, kindGossip)
	dst = appendBool(dst, g.Ask)
	dst = binary.AppendUvarint(dst, uint64(len(g.Have)))
	for _, origin := range slices.Sorted(maps.Keys(g.Have)) {
		dst = appendString(dst, origin)
		dst = binary.AppendUvarint(dst, g.Have[origin])
	}
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
	if d.byte() != kindGossip {
		return gossip{}, errMalformed
	}
	g := gossip{Ask: d.byte() != 0, Have: map[string]uint64{}}
	for range d.length(2) {
		origin := d.string()
		g.Have[origin] = d.uvarint()
	}
	g.Messages = make([]*stamped, d.length(8))
	for i := range g.Messages {
		g.Messages[i] = &stamped{d.varint(), uint32(d.uvarint()), d.string(), d.uvarint(), d.command()}
	}
	return g, d.end()
}

func (m leaderMessage) append(dst []byte) []byte {
	dst = append(dst, kindLeader)
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
	if d.byte() != kindLeader {
		return leaderMessage{}, errMalformed
	}
	m := leaderMessage{Answer: d.byte() != 0, Epoch: d.uvarint(), Leader: d.string(), Before: d.uvarint(), From: d.place(), Length: d.place(), Have: d.place()}
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

// place is a place in a log, which is bounded.
func (d *decoder) place() int {
	n := d.uvarint()
	if n > laneLimit {
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
