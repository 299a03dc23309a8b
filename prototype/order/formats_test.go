package order

import (
	"bytes"
	"encoding/hex"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/formattest"
)

// TestFormats_batch: an entry of a log that any version wrote is the same commands to
// this one, and is forwarded in bytes that the others read.
func TestFormats_batch(t *testing.T) {
	write := func(b Batch) []byte { return b.Append(nil) }
	for name, want := range map[string]Batch{
		"batch-2.hex": {Time: 1_800_000_000_000, Retain: 300, Commands: []Command{
			{Conversation: "room", ID: "a1", Sender: "ann", Body: "hello"},
			{Conversation: "room", Sender: "ann", Register: true},
			{Conversation: "room", ID: "a2", Sender: "ann", Body: "größer", Session: 65537, Number: 3},
			{Conversation: "hall", ID: "b1", Body: ""},
		}},
		"batch-3.hex": {Time: 1_800_000_000_001, Retain: 300, Rules: OncePerSender, Memory: DefaultMemory,
			Commands: []Command{{Conversation: "room", ID: "a1", Sender: "ann", Body: "hello"}}},
		"batch-3-rules-alone.hex": {Time: -1, Rules: OncePerSender, Commands: []Command{}},
	} {
		formattest.Hold(t, name, want, DecodeBatch, write)
	}
}

// kept is what a snapshot keeps of a machine, as values that can be read.
type kept struct {
	Index         uint64
	Rules         Rules
	Fingerprint   string
	Conversations map[string]keptConversation
	IDs           keptIDs
	Timed, Plain  []remembered
	Exempt        [2]uint64 // of timed and plain ids
}

type keptIDs struct {
	Budget                uint64
	Clock, Horizon, Blind int64
}

type keptConversation struct {
	Base     uint64
	Digest   string // of all
	Messages []Message
	Senders  []string
	Sessions map[uint64]session
}

func keptBy(m *Machine) kept {
	state := m.State()
	k := kept{Index: state.Index, Rules: m.rules, Fingerprint: hex.EncodeToString(state.Fingerprint[:]), Conversations: make(map[string]keptConversation),
		IDs: keptIDs{m.ids.budget, m.ids.clock, m.ids.horizon, m.ids.blind}, Exempt: [2]uint64{m.ids.timed.exempt, m.ids.plain.exempt}}
	for name, c := range m.conversations {
		one := keptConversation{Base: c.base, Digest: c.digest(c.last).String(), Senders: slices.Sorted(maps.Keys(c.senders))}
		for seq := c.base + 1; seq <= c.last; seq++ {
			one.Messages = append(one.Messages, *c.at(seq))
		}
		for id, s := range c.sessions {
			if one.Sessions == nil {
				one.Sessions = make(map[uint64]session)
			}
			one.Sessions[id] = *s
		}
		k.Conversations[name] = one
	}
	for memory, list := range map[*memory]*[]remembered{&m.ids.timed: &k.Timed, &m.ids.plain: &k.Plain} {
		for p := memory.first; p < memory.next; p++ {
			e := *memory.at(p)
			e.epoch = uint32(memory.epoch(&e)) // itself, and not where it stands
			*list = append(*list, e)
		}
	}
	return k
}

// TestFormats_snapshot: a snapshot that any version wrote is the same state to this one,
// down to the digests that replicas compare, and a machine that has applied the same
// entries writes the same bytes.
func TestFormats_snapshot(t *testing.T) {
	const began = 1_800_000_000_000
	first := []Batch{
		{Time: began, Retain: 300, Commands: []Command{
			{Conversation: "room", ID: "a1", Sender: "ann", Body: "hello"},
			{Conversation: "hall", ID: "b1", Sender: "ben", Body: "größer"},
			{Conversation: "room", Sender: "ann", Register: true},
		}},
		{Time: began + 5, Retain: 300, Commands: []Command{{Conversation: "room", ID: "a2", Sender: "ann", Body: "again", Session: sessionID(1, 2), Number: 1}}},
	}
	second := append(slices.Clip(first), Batch{Time: began + 9, Retain: 300, Rules: OncePerSender, Memory: 1 << 20, Commands: []Command{
		{Conversation: "room", ID: "a3", Sender: "ann", Body: "third", Session: sessionID(1, 2), Number: 2},
		{Conversation: "hall", ID: uuid(began, 7), Sender: "ben", Body: "timed"},
	}})
	for name, tt := range map[string]struct {
		entries []Batch
		want    kept
	}{
		"snapshot-2.hex": {first, kept{Index: 2, Rules: FirstRules, Fingerprint: "317a5060c6d498ae8212ccc45335c1e4",
			Conversations: map[string]keptConversation{
				"hall": {Digest: "fe8794c02d2cb2dfdf9e1c31c1b08acd890e2ae6f5e0c85b9a7d182155e82243", Senders: []string{"ben"},
					Messages: []Message{{Seq: 1, ID: "b1", Sender: "ben", Body: "größer", Epoch: 7, Time: began}}},
				"room": {Digest: "e66bb7d8d830112aca00c043b53a8a30c8ffd9748b63ab61879398f5562775ea", Senders: []string{"ann"},
					Messages: []Message{{Seq: 1, ID: "a1", Sender: "ann", Body: "hello", Epoch: 7, Time: began}, {Seq: 2, ID: "a2", Sender: "ann", Body: "again", Epoch: 7, Time: began + 5}},
					Sessions: map[uint64]session{1<<16 | 2: {sender: "ann", last: 1, places: [Window]place{1: {2, 7, 0}}, used: began + 5, lastUsedIndex: 2}}},
			}}},
		"snapshot-3.hex": {second, kept{Index: 3, Rules: OncePerSender, Fingerprint: "13061bf32f2e1f6dac9548ef200758d9",
			Conversations: map[string]keptConversation{
				"hall": {Digest: "e0a3b35fedb8b885435ad9af5a6d8838d36a1773f61cfac2bf7396fa86a80701", Senders: []string{"ben"},
					Messages: []Message{{Seq: 1, ID: "b1", Sender: "ben", Body: "größer", Epoch: 7, Time: began}, {Seq: 2, ID: "01a3185c-5000-7000-8000-000000000007", Sender: "ben", Body: "timed", Epoch: 7, Time: began + 9}}},
				"room": {Digest: "2db2205b3a1ad860788fb2e14d1ce44daf9f65a75c99d0d521acff2a38c36b66", Senders: []string{"ann"},
					Messages: []Message{{Seq: 1, ID: "a1", Sender: "ann", Body: "hello", Epoch: 7, Time: began}, {Seq: 2, ID: "a2", Sender: "ann", Body: "again", Epoch: 7, Time: began + 5}, {Seq: 3, ID: "a3", Sender: "ann", Body: "third", Epoch: 7, Time: began + 9}},
					Sessions: map[uint64]session{1<<16 | 2: {sender: "ann", last: 2, places: [Window]place{1: {2, 7, 0}, 2: {3, 7, 0x5a9067ec250d2e2b}}, used: began + 9, lastUsedIndex: 3}}},
			},
			IDs:   keptIDs{Budget: 1 << 20, Clock: began + 9},
			Timed: []remembered{{label: label{key{0x609a2e123f92f3fe, 0xcbf5f28fae94dceb}, 0x0f695f219e046b4b}, seq: 2, time: began / 1000, epoch: 7}},
			Plain: []remembered{
				{label: label{key{0x54ecef1969aed288, 0x59d668368fe64613}, 0x4728ced0f83617b0}, seq: 1, time: began / 1000, epoch: 7},
				{label: label{key{0x03191cc96e293474, 0x154e7a86378928dd}, 0x9a71bb4c3610a686}, seq: 1, time: began / 1000, epoch: 7},
				{label: label{key{0x48ebcf163d245b73, 0x31b3acb976b68417}, 0x74ed8ef993a15bfc}, seq: 2, time: began/1000 + 1, epoch: 7},
				{label: label{key{0x7ea247882c57476c, 0x7024807ada53e17d}, 0x095a694724322064}, seq: 3, time: began/1000 + 1, epoch: 7},
			}, Exempt: [2]uint64{0, 3}}},
	} {
		formattest.Hold(t, name, tt.want, func(data []byte) (kept, error) {
			m := New()
			err := m.Restore(bytes.NewReader(data))
			return keptBy(m), err
		}, func(kept) []byte {
			m := New()
			for i, b := range tt.entries {
				m.Apply(uint64(i+1), 7, b)
			}
			var out bytes.Buffer
			if err := m.Snapshot().Write(&out); err != nil {
				t.Fatal(err)
			}
			return out.Bytes()
		}, cmp.AllowUnexported(session{}, place{}, remembered{}, label{}))
	}
}

// TestFormats_numbers: what stands for rules and rejections in logs, snapshots and
// messages stands for the same ones in every version.
func TestFormats_numbers(t *testing.T) {
	for name, tt := range map[string]struct{ got, want uint64 }{
		"FirstRules": {uint64(FirstRules), 1}, "OncePerSender": {uint64(OncePerSender), 2},
		"OutOfOrder": {uint64(OutOfOrder), 1}, "TooOld": {uint64(TooOld), 2}, "SessionExpired": {uint64(SessionExpired), 3},
		"TooManySenders": {uint64(TooManySenders), 4}, "TooManyConversations": {uint64(TooManyConversations), 5}, "Conflict": {uint64(Conflict), 6},
		"Forgotten": {uint64(Forgotten), 7}, "FromTheFuture": {uint64(FromTheFuture), 8}, "MemoryFull": {uint64(MemoryFull), 9},
		"Window": {Window, 8},
	} {
		if tt.got != tt.want {
			t.Errorf("%s is %d, and was %d. %s", name, tt.got, tt.want, formattest.Frozen)
		}
	}
}
