package order

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// naive is a second machine that is too simple to be wrong: it keeps the whole
// log and answers every question by walking it.
type naive struct{ log []logged }

type logged struct {
	Command
	epoch uint64
	time  int64
}

func (n *naive) messages(conversation string) (messages []Message) {
	for _, l := range n.log {
		if l.Conversation != conversation {
			continue
		}
		seen := false
		for _, m := range messages {
			seen = seen || m.ID == l.ID
		}
		if seen {
			continue
		}
		time := l.time
		for _, m := range messages {
			time = max(time, m.Time)
		}
		messages = append(messages, Message{Seq: uint64(len(messages) + 1), ID: l.ID, Sender: l.Sender, Body: l.Body, Epoch: l.epoch, Time: time})
	}
	return messages
}

func (n *naive) apply(epoch uint64, b Batch) (results []Result) {
	for _, c := range b.Commands {
		before := len(n.messages(c.Conversation))
		n.log = append(n.log, logged{c, epoch, b.Time})
		after := n.messages(c.Conversation)
		for _, m := range after {
			if m.ID == c.ID {
				results = append(results, Result{Seq: m.Seq, Epoch: m.Epoch, Duplicate: len(after) == before})
			}
		}
	}
	return results
}

func drawBatch(t *rapid.T) Batch {
	return Batch{
		Time: rapid.Int64Range(0, 100).Draw(t, "time"),
		Commands: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Command {
			return Command{
				Conversation: rapid.SampledFrom([]string{"a", "b", "ü"}).Draw(t, "conversation"),
				ID:           rapid.SampledFrom([]string{"1", "2", "3", "4", "5"}).Draw(t, "id"),
				Sender:       rapid.SampledFrom([]string{"ann", "bob"}).Draw(t, "sender"),
				Body:         rapid.StringN(0, 8, -1).Draw(t, "body"),
			}
		}), 0, 6).Draw(t, "commands"),
	}
}

// TestMachine_agrees_with_the_naive_one also sends the state through a snapshot
// at random moments: it must not matter.
func TestMachine_agrees_with_the_naive_one(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		machine, oracle := New(), &naive{}
		for index := range uint64(rapid.IntRange(1, 30).Draw(t, "entries")) {
			batch := drawBatch(t)
			decoded, err := DecodeBatch(batch.Append(nil))
			if err != nil {
				t.Fatal(err)
			}
			epoch := index/4 + 1
			if diff := cmp.Diff(oracle.apply(epoch, batch), machine.Apply(index+1, epoch, decoded), cmpEmpty); diff != "" {
				t.Fatalf("results (-naive +machine):\n%s", diff)
			}
			if rapid.IntRange(0, 4).Draw(t, "snapshot") == 0 {
				var buf bytes.Buffer
				if err := machine.Snapshot().Write(&buf); err != nil {
					t.Fatal(err)
				}
				machine = New()
				if err := machine.Restore(&buf); err != nil {
					t.Fatal(err)
				}
			}
			if machine.Index() != index+1 {
				t.Fatalf("Index = %d, want %d", machine.Index(), index+1)
			}
		}
		for _, conversation := range []string{"a", "b", "ü", "nobody"} {
			want := oracle.messages(conversation)
			got := machine.Read(conversation, 0, 1000)
			if diff := cmp.Diff(want, got.Messages, cmpEmpty); diff != "" {
				t.Fatalf("%s (-naive +machine):\n%s", conversation, diff)
			}
			digest := Digest{}
			for i, m := range want {
				digest = digest.next(m)
				if seq, got := machine.Digest(conversation, uint64(i+1)); seq != m.Seq || got != digest {
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
	m := New()
	m.Apply(7, 2, Batch{Time: 9, Commands: []Command{{"c", "1", "ann", "hello"}, {"d", "1", "bob", "hi"}}})
	var buf bytes.Buffer
	if err := m.Snapshot().Write(&buf); err != nil {
		t.Fatal(err)
	}
	good := buf.Bytes()
	try := func(name string, data []byte) {
		keeper := New()
		keeper.Apply(1, 1, Batch{Commands: []Command{{"kept", "1", "", ""}}})
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

func FuzzDecodeBatch(f *testing.F) {
	f.Add(Batch{Time: 5, Commands: []Command{{"c", "1", "ann", "hello"}, {"c", "2", "bob", ""}}}.Append(nil))
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

func BenchmarkApply(b *testing.B) {
	m := New()
	batch := Batch{Commands: make([]Command, 100)}
	for i := 0; b.Loop(); i++ {
		for j := range batch.Commands {
			batch.Commands[j] = Command{"c", fmt.Sprintf("%d-%d", i, j), "ann", "a message of ordinary length, as people write them"}
		}
		m.Apply(uint64(i+1), 1, batch)
	}
	b.ReportMetric(float64(b.N*100)/b.Elapsed().Seconds(), "msg/s")
}
