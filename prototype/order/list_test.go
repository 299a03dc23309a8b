package order

import (
	"fmt"
	"slices"
	"testing"
)

// TestList: pages of any size give each conversation once, by name, with the seq and
// the digest that Digest gives; and the digest is that of the messages one by one.
func TestList(t *testing.T) {
	m := New()
	const conversations = 300
	var want []string
	for i := range conversations {
		name := fmt.Sprintf("room-%03d", i*7%conversations)
		want = append(want, name)
		var commands []Command
		for k := range 1 + i%3 {
			commands = append(commands, Command{Conversation: name, ID: fmt.Sprint(k), Sender: "ann", Body: "text"})
		}
		m.Apply(uint64(i+1), 1, Batch{Time: int64(i), Commands: commands})
	}
	slices.Sort(want)
	for _, limit := range []int{1, 2, 7, conversations - 1, conversations, conversations + 1} {
		var got []string
		for after, more := "", true; more; {
			list := m.List(after, limit)
			if list.Index != conversations || len(list.Conversations) > limit {
				t.Fatalf("limit %d: %d conversations at index %d", limit, len(list.Conversations), list.Index)
			}
			for _, c := range list.Conversations {
				got = append(got, c.Conversation)
				after = c.Conversation
				seq, digest := m.Digest(c.Conversation, 0)
				var chain Digest
				for _, message := range m.Read(c.Conversation, 0, 100).Messages {
					chain = chain.Next(message)
				}
				if c.Last != seq || c.Digest != digest || c.First != 1 || chain != digest {
					t.Fatalf("%+v, want seq %d, digest %s; the messages give %s", c, seq, digest, chain)
				}
			}
			more = list.More
		}
		if !slices.Equal(got, want) {
			t.Errorf("limit %d lists %d conversations, want %d: %v", limit, len(got), len(want), got)
		}
	}
}

// TestList_forgotten: a conversation whose head was dropped says where it begins.
func TestList_forgotten(t *testing.T) {
	m := New()
	for i := range 3 * chunkSize {
		m.Apply(uint64(i+1), 1, Batch{Retain: 1, Commands: []Command{{Conversation: "room", ID: fmt.Sprint(i), Sender: "ann"}}})
	}
	got := m.List("", 10).Conversations
	if len(got) != 1 || got[0].Last != 3*chunkSize || got[0].First != 2*chunkSize+1 {
		t.Errorf("%+v", got)
	}
}
