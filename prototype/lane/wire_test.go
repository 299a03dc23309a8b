package lane

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"lockstep/prototype/order"
)

var commands = rapid.Custom(func(t *rapid.T) order.Command {
	text := rapid.StringN(0, 5, 20)
	return order.Command{Conversation: text.Draw(t, "conversation"), ID: text.Draw(t, "id"), Sender: text.Draw(t, "sender"), Body: text.Draw(t, "body")}
})

var digests = rapid.Custom(func(t *rapid.T) (d order.Digest) {
	for i := range d {
		d[i] = rapid.Byte().Draw(t, "byte")
	}
	return d
})

// TestWire: what is told is what is heard.
func TestWire(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := gossip{Ask: rapid.Bool().Draw(t, "ask"), Have: rapid.MapOfN(rapid.StringN(0, 3, 9), rapid.Uint64(), 0, 3).Draw(t, "have"), Messages: []*stamped{}}
		for range rapid.IntRange(0, 3).Draw(t, "messages") {
			g.Messages = append(g.Messages, &stamped{rapid.Int64().Draw(t, "wall"), rapid.Uint32().Draw(t, "ticks"), "n1@x", rapid.Uint64().Draw(t, "number"), commands.Draw(t, "command")})
		}
		if rapid.Bool().Draw(t, "base") {
			g.Base = &clockBase{Bound: stamped{Wall: 3, Ticks: 4, Origin: "n1@x"}, Floors: map[string]uint64{"n1@x": 7}, Rooms: []clockRoomBase{{"c", 7, digests.Draw(t, "digest")}}}
		}
		if got, err := decodeGossip(g.append(nil)); err != nil || !cmp.Equal(got, g, cmp.AllowUnexported(gossip{}, stamped{})) {
			t.Fatalf("told %+v, heard %+v (%v)", g, got, err)
		}
		place := rapid.IntRange(0, maxPlace)
		m := leaderMessage{Epoch: rapid.Uint64().Draw(t, "epoch"), Leader: "n2", From: place.Draw(t, "from"), Before: rapid.Uint64().Draw(t, "before"), Entries: []leaderEntry{},
			Length: place.Draw(t, "length"), Answer: rapid.Bool().Draw(t, "answer"), Have: place.Draw(t, "have")}
		if rapid.Bool().Draw(t, "base") {
			m.Base = []leaderBase{{"c", rapid.Uint64().Draw(t, "count"), digests.Draw(t, "digest")}}
		}
		for range rapid.IntRange(0, 3).Draw(t, "entries") {
			m.Entries = append(m.Entries, leaderEntry{rapid.Uint64().Draw(t, "epoch"), rapid.Int64().Draw(t, "time"), commands.Draw(t, "command")})
		}
		if got, err := decodeLeader(m.append(nil)); err != nil || !cmp.Equal(got, m) {
			t.Fatalf("told %+v, heard %+v (%v)", m, got, err)
		}
	})
}

// FuzzWire: bytes from anywhere are refused without a panic, and a message that is
// cut short is never taken for a whole one.
func FuzzWire(f *testing.F) {
	whole := leaderMessage{Epoch: 3, Leader: "n2", From: 7, Length: 9, Entries: []leaderEntry{{Epoch: 3, Time: 5, Command: order.Command{Conversation: "c", ID: "i"}}}}.append(nil)
	f.Add(whole)
	f.Add(gossip{Have: map[string]uint64{"n1@x": 3}, Messages: []*stamped{{Wall: 5, Origin: "n1@x", Number: 1}}}.append(nil))
	for n := range whole {
		if _, err := decodeLeader(whole[:n]); err == nil {
			f.Fatalf("the first %d of %d bytes were taken for all", n, len(whole))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		decodeGossip(data)
		decodeLeader(data)
	})
}
