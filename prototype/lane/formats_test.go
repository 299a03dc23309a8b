package lane

import (
	"testing"

	"lockstep/formattest"
	"lockstep/prototype/order"
)

// TestFormats: what a replica of a weak lane tells is heard by replicas of every version;
// the kinds without a base are all that the oldest one knows.
func TestFormats(t *testing.T) {
	digest := order.Digest{0: 1, 31: 0xff}
	messages := []*stamped{
		{1_800_000_000_000, 7, "n1@life", 3, order.Command{Conversation: "room", ID: "a1", Sender: "ann", Body: "größer"}},
		{-1, 0, "n2@life", 1, order.Command{Conversation: "hall"}},
	}
	have := map[string]uint64{"n1@life": 3, "n2@life": 300}
	base := &clockBase{Bound: stamped{Wall: 1_799_999_999_999, Ticks: 4, Origin: "n1@life"}, Floors: map[string]uint64{"n1@life": 2}, Rooms: []clockRoomBase{{"room", 258, digest}}}
	for name, want := range map[string]gossip{
		"gossip.hex":      {Ask: true, Have: have, Messages: messages},
		"gossip-from.hex": {Base: base, Have: have, Messages: messages[:1]},
	} {
		formattest.Hold(t, name, want, decodeGossip, func(g gossip) []byte { return g.append(nil) })
	}
	entries := []leaderEntry{{3, 1_800_000_000_000, order.Command{Conversation: "room", ID: "a1", Sender: "ann", Body: "größer"}}, {4, -1, order.Command{Conversation: "hall"}}}
	for name, want := range map[string]leaderMessage{
		"leader.hex":        {Epoch: 4, Leader: "n2", From: 7, Before: 3, Entries: entries, Length: 300},
		"leader-answer.hex": {Epoch: 4, Leader: "n2", Entries: []leaderEntry{}, Answer: true, Have: 9},
		"leader-from.hex":   {Epoch: 4, Leader: "n2", From: 258, Before: 3, Entries: entries[:1], Length: 300, Base: []leaderBase{{"room", 258, digest}}},
	} {
		formattest.Hold(t, name, want, decodeLeader, func(m leaderMessage) []byte { return m.append(nil) })
	}
}
