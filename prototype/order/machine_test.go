package order

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// uuid makes a UUIDv7.
func uuid(milliseconds int64, n uint64) string {
	return fmt.Sprintf("%08x-%04x-7000-8000-%012x", milliseconds>>16, milliseconds&0xffff, n)
}

// naive is a second machine that is too simple to be wrong: it keeps everything
// that was ever ordered, and answers by walking it.
type naive struct {
	limits   limits
	rooms    map[string]*naiveRoom
	sessions map[string]map[uint64]*naiveSession
}

type naiveRoom struct {
	all       []Message
	forgotten int
	senders   map[string]bool
}

type naiveSession struct {
	sender        string
	results       []Result
	used          int64
	lastUsedIndex uint64
}

func newNaive(l limits) *naive {
	return &naive{l, map[string]*naiveRoom{}, map[string]map[uint64]*naiveSession{}}
}

func (n *naive) place(r *naiveRoom, c Command, epoch uint64, time int64) Result {
	for _, m := range r.all[r.forgotten:] {
		if m.ID == c.ID {
			return Result{Seq: m.Seq, Epoch: m.Epoch, Duplicate: true}
		}
	}
	if !r.senders[c.Sender] && len(r.senders) >= n.limits.senders {
		return Result{Rejected: TooManySenders}
	}
	r.senders[c.Sender] = true
	for _, m := range r.all {
		time = max(time, m.Time)
	}
	r.all = append(r.all, Message{Seq: uint64(len(r.all) + 1), ID: c.ID, Sender: c.Sender, Body: c.Body, Epoch: epoch, Time: time})
	return Result{Seq: uint64(len(r.all)), Epoch: epoch}
}

func (n *naive) register(c Command, r *naiveRoom, id uint64, now int64, index uint64) Result {
	if !r.senders[c.Sender] && len(r.senders) >= n.limits.senders {
		return Result{Rejected: TooManySenders}
	}
	r.senders[c.Sender] = true
	open := n.sessions[c.Conversation]
	if open == nil {
		open = map[uint64]*naiveSession{}
		n.sessions[c.Conversation] = open
	}
	if len(open) >= n.limits.sessions {
		oldest := uint64(0)
		for other, s := range open {
			if oldest == 0 || s.lastUsedIndex < open[oldest].lastUsedIndex || s.lastUsedIndex == open[oldest].lastUsedIndex && other < oldest {
				oldest = other
			}
		}
		for other, s := range open {
			if now-s.used > n.limits.idle.Milliseconds() {
				delete(open, other)
			}
		}
		if len(open) >= n.limits.sessions {
			delete(open, oldest)
		}
	}
	open[id] = &naiveSession{sender: c.Sender, used: now, lastUsedIndex: index}
	return Result{Session: id}
}

func (n *naive) numbered(r *naiveRoom, c Command, index, epoch uint64, now int64) Result {
	s := n.sessions[c.Conversation][c.Session]
	if s == nil || s.sender != c.Sender || now-s.used > n.limits.idle.Milliseconds() {
		return Result{Rejected: SessionExpired}
	}
	s.used, s.lastUsedIndex = max(s.used, now), index
	switch last := uint64(len(s.results)); {
	case c.Number > last+1:
		return Result{Rejected: OutOfOrder}
	case c.Number+Window <= last:
		return Result{Rejected: TooOld}
	case c.Number <= last:
		result := s.results[c.Number-1]
		result.Duplicate = true
		return result
	}
	result := n.place(r, c, epoch, now)
	if result.Rejected == 0 {
		s.results = append(s.results, result)
	}
	return result
}

func (n *naive) apply(index, epoch uint64, b Batch) (results []Result) {
	for i, c := range b.Commands {
		r := n.rooms[c.Conversation]
		if r == nil {
			if len(n.rooms) >= n.limits.conversations {
				results = append(results, Result{Rejected: TooManyConversations})
				continue
			}
			r = &naiveRoom{senders: map[string]bool{}}
			n.rooms[c.Conversation] = r
		}
		switch {
		case c.Register:
			results = append(results, n.register(c, r, sessionID(index, i), b.Time, index))
		case c.Number > 0:
			results = append(results, n.numbered(r, c, index, epoch, b.Time))
		default:
			results = append(results, n.place(r, c, epoch, b.Time))
		}
		if i+1 == len(b.Commands) || b.Commands[i+1].Conversation != c.Conversation {
			for b.Retain > 0 && uint64(len(r.all)-r.forgotten) >= b.Retain+chunkSize {
				r.forgotten += chunkSize
			}
		}
	}
	return results
}

func drawBatch(t *rapid.T, sessions []uint64) Batch {
	b := Batch{Time: rapid.Int64Range(0, 10_000).Draw(t, "time"), Retain: rapid.SampledFrom([]uint64{0, 0, 10, 300}).Draw(t, "retain")}
	rooms := []string{"a", "b", "ü", "full"}
	if rapid.IntRange(0, 5).Draw(t, "flood") == 0 {
		room, from := rapid.SampledFrom(rooms).Draw(t, "room"), rapid.IntRange(0, 2000).Draw(t, "from")
		for i := range rapid.IntRange(200, 700).Draw(t, "messages") {
			b.Commands = append(b.Commands, Command{Conversation: room, ID: fmt.Sprint("f", from+i), Sender: "ann", Body: "x"})
		}
		return b
	}
	b.Commands = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Command {
		c := Command{
			Conversation: rapid.SampledFrom(rooms).Draw(t, "conversation"),
			Sender:       rapid.SampledFrom([]string{"ann", "bob", "cy"}).Draw(t, "sender"),
		}
		if rapid.IntRange(0, 5).Draw(t, "register") == 0 {
			c.Register = true
			return c
		}
		c.ID = rapid.SampledFrom([]string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "f9", "f500"}).Draw(t, "id")
		c.Body = rapid.StringN(0, 8, -1).Draw(t, "body")
		if len(sessions) > 0 && rapid.Bool().Draw(t, "numbered") {
			c.Session = rapid.SampledFrom(sessions).Draw(t, "session")
			c.Number = rapid.Uint64Range(1, 14).Draw(t, "number")
			c.ID = rapid.StringMatching("[a-z]{1,2}").Draw(t, "fresh id")
		}
		return c
	}), 0, 8).Draw(t, "commands")
	return b
}

// TestMachine_agrees_with_the_naive_one also sends the state through a snapshot
// at random moments: it must not matter.
func TestMachine_agrees_with_the_naive_one(t *testing.T) {
	small := limits{conversations: 3, senders: 2, sessions: 3, idle: 5 * time.Second}
	rapid.Check(t, func(t *rapid.T) {
		machine, oracle := newMachine(small), newNaive(small)
		var sessions []uint64
		for index := range uint64(rapid.IntRange(1, 30).Draw(t, "entries")) {
			batch := drawBatch(t, sessions)
			decoded, err := DecodeBatch(batch.Append(nil))
			if err != nil {
				t.Fatal(err)
			}
			epoch := index/4 + 1
			results := machine.Apply(index+1, epoch, decoded)
			if diff := cmp.Diff(oracle.apply(index+1, epoch, batch), results, cmpEmpty); diff != "" {
				t.Fatalf("results (-naive +machine):\n%s", diff)
			}
			for _, r := range results {
				if r.Session != 0 {
					sessions = append(sessions, r.Session)
				}
			}
			if rapid.IntRange(0, 4).Draw(t, "snapshot") == 0 {
				var buf bytes.Buffer
				if err := machine.Snapshot().Write(&buf); err != nil {
					t.Fatal(err)
				}
				machine = newMachine(small)
				if err := machine.Restore(&buf); err != nil {
					t.Fatal(err)
				}
			}
			if machine.Index() != index+1 {
				t.Fatalf("Index = %d, want %d", machine.Index(), index+1)
			}
		}
		if machine.Conversations() != len(oracle.rooms) {
			t.Fatalf("%d conversations, want %d", machine.Conversations(), len(oracle.rooms))
		}
		for _, conversation := range []string{"a", "b", "ü", "full", "nobody"} {
			room := oracle.rooms[conversation]
			if room == nil {
				room = &naiveRoom{}
			}
			got := machine.Read(conversation, uint64(room.forgotten), 5000)
			if diff := cmp.Diff(room.all[room.forgotten:], got.Messages, cmpEmpty); diff != "" {
				t.Fatalf("%s (-naive +machine):\n%s", conversation, diff)
			}
			bytes := uint64(0)
			for _, m := range room.all[room.forgotten:] {
				bytes += uint64(len(m.ID + m.Sender + m.Body))
			}
			if got.Bytes != bytes || got.Begun != (oracle.rooms[conversation] != nil) {
				t.Fatalf("%s: %d bytes, want %d; begun: %v", conversation, got.Bytes, bytes, got.Begun)
			}
			if got.First != uint64(room.forgotten+1) || got.Last != uint64(len(room.all)) {
				t.Fatalf("%s: first %d, last %d; want %d, %d", conversation, got.First, got.Last, room.forgotten+1, len(room.all))
			}
			digest := Digest{}
			for i := range room.all {
				digest = digest.next(&room.all[i])
				if i+1 < room.forgotten {
					continue
				}
				if seq, got := machine.Digest(conversation, uint64(i+1)); seq != uint64(i+1) || got != digest {
					t.Fatalf("digest of %s up to %d differs", conversation, i+1)
				}
			}
		}
	})
}

var cmpEmpty = cmpopts.EquateEmpty()

func TestMachine_Read(t *testing.T) {
	m := New()
	for i := range 5 {
		m.Apply(uint64(i+1), 1, Batch{Commands: []Command{{Conversation: "c", ID: fmt.Sprint(i), Sender: "s"}}})
	}
	for _, tt := range []struct {
		after      uint64
		limit      int
		first, len uint64
	}{{0, 2, 1, 2}, {2, 2, 3, 2}, {4, 9, 5, 1}, {5, 9, 0, 0}, {99, 9, 0, 0}, {0, 0, 0, 0}} {
		view := m.Read("c", tt.after, tt.limit)
		if view.Last != 5 || uint64(len(view.Messages)) != tt.len || (tt.len > 0 && view.Messages[0].Seq != tt.first) {
			t.Errorf("Read(after %d, limit %d) = %+v", tt.after, tt.limit, view)
		}
	}
}

// TestMachine_bytes: the bytes of a conversation are those of the messages that are
// retained, once each, at a replica that has been there from the beginning and at one that
// was filled by a snapshot on the way, before and after old messages are dropped.
func TestMachine_bytes(t *testing.T) {
	a, b := New(), New()
	for i := range uint64(12) {
		batch := Batch{Retain: 300, Rules: OncePerSender, Memory: DefaultMemory}
		for j := range 100 {
			batch.Commands = append(batch.Commands, Command{Conversation: "c", ID: fmt.Sprint(i, j), Sender: "ann", Body: strings.Repeat("ü", j)})
		}
		retry, conflict := batch.Commands[0], batch.Commands[1]
		conflict.Body = "something else"
		batch.Commands = append(batch.Commands, retry, conflict, Command{Conversation: "c", Sender: "ben", Register: true})
		a.Apply(i+1, 1, batch)
		b.Apply(i+1, 1, batch)
		if i%2 == 0 {
			var buf bytes.Buffer
			if err := b.Snapshot().Write(&buf); err != nil {
				t.Fatal(err)
			}
			b = New()
			if err := b.Restore(&buf); err != nil {
				t.Fatal(err)
			}
		}
		want, view := uint64(0), a.Read("c", 0, 0)
		for _, m := range a.Read("c", view.First-1, 5000).Messages {
			want += uint64(len(m.ID + m.Sender + m.Body))
		}
		if other := b.Read("c", 0, 0); view.Bytes != want || other.Bytes != want {
			t.Fatalf("after entry %d, with messages from %d on: %d bytes, and %d where it was restored; want %d", i+1, view.First, view.Bytes, other.Bytes, want)
		}
	}
	if first := a.Read("c", 0, 0).First; first < 257 {
		t.Errorf("message %d is retained", first)
	}
}

// TestSnapshot_is_not_touched_by_later_entries: writing goes on beside Apply.
func TestSnapshot_is_not_touched_by_later_entries(t *testing.T) {
	m := New()
	m.Apply(1, 1, Batch{Commands: []Command{{Conversation: "c", ID: "1"}}})
	snapshot := m.Snapshot()
	m.Apply(2, 1, Batch{Commands: []Command{{Conversation: "c", ID: "2"}, {Conversation: "d", ID: "1"}}})
	var buf bytes.Buffer
	if err := snapshot.Write(&buf); err != nil {
		t.Fatal(err)
	}
	old := New()
	if err := old.Restore(&buf); err != nil {
		t.Fatal(err)
	}
	if conversations, messages := old.Size(); conversations != 1 || messages != 1 || old.Index() != 1 {
		t.Errorf("restored %d conversations, %d messages, index %d", conversations, messages, old.Index())
	}
}

// TestRestore_refuses_damage flips every bit of a snapshot, and cuts it at every
// byte. A machine that refuses keeps what it had.
func TestRestore_refuses_damage(t *testing.T) {
	for _, rules := range []Rules{FirstRules, OncePerSender} {
		t.Run(fmt.Sprint("rules ", rules), func(t *testing.T) { refusesDamage(t, rules) })
	}
}

func refusesDamage(t *testing.T, rules Rules) {
	m := New()
	m.Apply(7, 2, Batch{Time: 9, Rules: rules, Commands: []Command{{Conversation: "c", ID: "1", Sender: "ann", Body: "hello"}, {Conversation: "d", Sender: "bob", Register: true}}})
	var buf bytes.Buffer
	if err := m.Snapshot().Write(&buf); err != nil {
		t.Fatal(err)
	}
	good := buf.Bytes()
	try := func(name string, data []byte) {
		keeper := New()
		keeper.Apply(1, 1, Batch{Commands: []Command{{Conversation: "kept", ID: "1"}}})
		if err := keeper.Restore(bytes.NewReader(data)); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: error %v, want ErrCorrupt", name, err)
		}
		if view := keeper.Read("kept", 0, 1); view.Last != 1 {
			t.Errorf("%s: the machine lost its state", name)
		}
	}
	for i := range good {
		for bit := range 8 {
			bad := bytes.Clone(good)
			bad[i] ^= 1 << bit
			try(fmt.Sprintf("bit %d of byte %d", bit, i), bad)
		}
		try(fmt.Sprintf("cut at %d", i), good[:i])
	}
}

// TestBatch_of_the_first_rules: an entry that changes no rules, and a snapshot under
// the first ones, are those of a node that knows nothing else.
func TestBatch_of_the_first_rules(t *testing.T) {
	batch := Batch{Time: 5, Retain: 7, Commands: []Command{{Conversation: "c", ID: "1", Sender: "ann", Body: "hello"}}}
	const want = "\x02\x0a\x07\x01\x00\x01c\x011\x03ann\x05hello"
	if got := string(batch.Append(nil)); got != want {
		t.Errorf("the entry is %q, want %q", got, want)
	}
	m := New()
	m.Apply(1, 1, batch)
	var buf bytes.Buffer
	if err := m.Snapshot().Write(&buf); err != nil {
		t.Fatal(err)
	}
	const snapshot = "LKSNAP\x00\x02\x01\x01\x01c\x00"
	if got := buf.String(); !strings.HasPrefix(got, snapshot) || !strings.Contains(got, "\x01\x011\x03ann\x05hello\x01\x0a\x01\x03ann\x00") {
		t.Errorf("the snapshot is %q", got)
	}
	if _, err := DecodeBatch([]byte{3, 0, 0, 3, 0, 0}); !errors.Is(err, ErrMalformed) {
		t.Errorf("an entry with rules of a later version: %v", err)
	}
}

func FuzzDecodeBatch(f *testing.F) {
	f.Add(Batch{Time: 5, Commands: []Command{{Conversation: "c", ID: "1", Sender: "ann", Body: "hello"}, {Conversation: "c", ID: "2", Sender: "bob", Session: 7, Number: 300}}}.Append(nil))
	f.Add(Batch{Rules: OncePerSender, Memory: 1 << 20, Commands: []Command{{Conversation: "c", ID: "1", Sender: "ann", Body: "hello"}}}.Append(nil))
	f.Add([]byte{1, 0, 255, 255, 255, 255, 15})
	f.Fuzz(func(t *testing.T, data []byte) {
		batch, err := DecodeBatch(data)
		if err != nil {
			return
		}
		again, err := DecodeBatch(batch.Append(nil))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(batch, again); diff != "" {
			t.Errorf("a batch changes on the way (-first +second):\n%s", diff)
		}
	})
}

// BenchmarkApply decodes and applies entries of 100 messages of 128 bytes, as a
// replica does: under the first rules, and under the second with ids of both
// kinds, whose memory is full.
func BenchmarkApply(b *testing.B) {
	body := strings.Repeat("x", 128)
	for _, bench := range []struct {
		name  string
		rules Rules
		id    func(i, j int) string
	}{
		{"first", FirstRules, func(i, j int) string { return fmt.Sprintf("%d-%d", i, j) }},
		{"plain", OncePerSender, func(i, j int) string { return fmt.Sprintf("%d-%d", i, j) }},
		{"timed", OncePerSender, func(i, j int) string { return uuid(int64(i), uint64(j)) }},
	} {
		b.Run(bench.name, func(b *testing.B) {
			l := defaultLimits
			l.window = time.Second
			m := newMachine(l)
			m.Apply(1, 1, Batch{Rules: bench.rules, Memory: 200_000 * bytesPerID})
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				b.StopTimer()
				batch := Batch{Time: int64(i), Retain: 200_000, Commands: make([]Command, 100)}
				for j := range batch.Commands {
					batch.Commands[j] = Command{Conversation: "c", ID: bench.id(i, j), Sender: "ann", Body: body}
				}
				data := batch.Append(nil)
				b.StartTimer()
				decoded, err := DecodeBatch(data)
				if err != nil {
					b.Fatal(err)
				}
				m.Apply(uint64(i+2), 1, decoded)
			}
			b.ReportMetric(float64(b.N*100)/b.Elapsed().Seconds(), "msg/s")
		})
	}
}

// BenchmarkSnapshot measures how long Apply must wait for a snapshot of a million
// messages to be taken; writing it goes on beside.
func BenchmarkSnapshot(b *testing.B) {
	m := New()
	for i := range 1000 {
		batch := Batch{Commands: make([]Command, 1000)}
		for j := range batch.Commands {
			batch.Commands[j] = Command{Conversation: fmt.Sprint("c", i%100), ID: fmt.Sprintf("%d-%d", i, j), Sender: "ann", Body: "hello"}
		}
		m.Apply(uint64(i+1), 1, batch)
	}
	for b.Loop() {
		m.Snapshot()
	}
}
