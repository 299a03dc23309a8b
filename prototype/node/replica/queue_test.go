package replica

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"lockstep/prototype/api"
	"lockstep/prototype/node/outcome"
	"lockstep/prototype/order"
)

func groupOf(conversation string, size int) *group {
	return &group{commands: []order.Command{{Conversation: conversation}}, size: size}
}

// TestQueue_fair: a room that has filled its queue delays a neighbour's message
// by a turn, not by its backlog.
func TestQueue_fair(t *testing.T) {
	q := newQueue(32<<20, 8<<20)
	for range 31 {
		if err := q.push("hot", []*group{groupOf("hot", 256<<10)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := q.push("quiet", []*group{groupOf("quiet", 200)}); err != nil {
		t.Fatal(err)
	}
	for entry := range 3 {
		for _, g := range q.take(512 << 10) {
			if g.commands[0].Conversation == "quiet" {
				t.Logf("the quiet room's message is in entry %d", entry+1)
				return
			}
		}
	}
	t.Error("the quiet room waits for the backlog of the hot one")
}

// TestQueue_limits: a conversation over its share is told so with 429, the shard
// over its with 503, and neither loses what it took before.
func TestQueue_limits(t *testing.T) {
	q := newQueue(1000, 600)
	if err := q.push("a", []*group{groupOf("a", 500)}); err != nil {
		t.Fatal(err)
	}
	if err := q.push("a", []*group{groupOf("a", 200)}); err == nil || err.Reason != outcome.ReasonAdmission || err.RetryAfter == 0 || err.Outcome != api.Fail {
		t.Errorf("over the conversation's share: %v", err)
	}
	if err := q.push("b", []*group{groupOf("b", 501)}); err == nil || err.Reason != outcome.ReasonOverloaded {
		t.Errorf("over the shard's: %v", err)
	}
	if got := q.take(1 << 20); len(got) != 1 || q.bytes != 0 || len(q.rooms) != 0 {
		t.Errorf("%d groups, %d bytes left", len(got), q.bytes)
	}
	// A message that is larger than the share of a conversation is still a message.
	if err := q.push("a", []*group{groupOf("a", 700)}); err != nil {
		t.Error(err)
	}
}

// TestQueue_full_entry: an entry is filled to the last byte, and not beyond.
func TestQueue_full_entry(t *testing.T) {
	q := newQueue(1000, 1000)
	if err := q.push("a", []*group{groupOf("a", 60), groupOf("a", 40), groupOf("a", 1)}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{2, 1, 0} {
		if got := q.take(100); len(got) != want {
			t.Errorf("%d groups, want %d", len(got), want)
		}
	}
	// What just fits into the bounds of the queue and of a conversation is taken.
	q = newQueue(100, 50)
	for _, tt := range []struct {
		room string
		size int
		ok   bool
	}{{"a", 1, true}, {"a", 50, false}, {"a", 49, true}, {"b", 51, false}, {"b", 50, true}, {"c", 1, false}} {
		if err := q.push(tt.room, []*group{groupOf(tt.room, tt.size)}); (err == nil) != tt.ok {
			t.Errorf("%d bytes of %s beside %d: %v", tt.size, tt.room, q.bytes, err)
		}
	}
}

// TestQueue_model: nothing is lost or doubled, a conversation keeps its order, no
// entry is too large, and nobody starves.
func TestQueue_model(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := newQueue(1<<30, 1<<30)
		pushed, taken := map[string][]*group{}, map[string][]*group{}
		waiting := 0
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "push") {
				name := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "room")
				var groups []*group
				for range rapid.IntRange(1, 3).Draw(t, "groups") {
					groups = append(groups, groupOf(name, rapid.IntRange(1, 100<<10).Draw(t, "size")))
				}
				if err := q.push(name, groups); err != nil {
					t.Fatal(err)
				}
				pushed[name] = append(pushed[name], groups...)
				waiting += len(groups)
				continue
			}
			entry, size := q.take(128<<10), 0
			for _, g := range entry {
				size += g.size
				name := g.commands[0].Conversation
				taken[name] = append(taken[name], g)
			}
			waiting -= len(entry)
			if size > 128<<10 || len(entry) == 0 && waiting > 0 {
				t.Fatalf("an entry of %d groups and %d bytes while %d wait", len(entry), size, waiting)
			}
		}
		for range waiting {
			for _, g := range q.take(1) {
				name := g.commands[0].Conversation
				taken[name] = append(taken[name], g)
			}
		}
		for name := range pushed {
			if len(pushed[name]) != len(taken[name]) {
				t.Fatalf("%s: %d in, %d out", name, len(pushed[name]), len(taken[name]))
			}
			for i := range pushed[name] {
				if pushed[name][i] != taken[name][i] {
					t.Fatalf("%s: group %d left out of turn", name, i)
				}
			}
		}
		if q.bytes != 0 || len(q.rooms) != 0 || len(q.ring) != 0 {
			t.Fatalf("an empty queue holds %d bytes, %d rooms", q.bytes, len(q.rooms))
		}
	})
}

func TestAdmission(t *testing.T) {
	a, now := newAdmission(10), time.Unix(0, 0)
	for i := range 10 {
		if err := a.admit("room", 1, now); err != nil {
			t.Fatalf("message %d of the burst: %v", i, err)
		}
	}
	err := a.admit("room", 1, now)
	if err == nil || err.Reason != outcome.ReasonAdmission || err.RetryAfter != 100*time.Millisecond {
		t.Fatalf("the eleventh: %v", err)
	}
	if err := a.admit("other", 1, now); err != nil {
		t.Errorf("another conversation: %v", err)
	}
	if err := a.admit("room", 1, now.Add(err.RetryAfter)); err != nil {
		t.Errorf("after the time that was told: %v", err)
	}
	if err := a.admit("large", 1000, now); err != nil {
		t.Errorf("a batch that is larger than the bucket: %v", err)
	}
	if err := a.admit("large", 1, now.Add(50*time.Second)); err == nil {
		t.Error("the batch's debt is forgotten")
	}
	if newAdmission(0).admit("room", 1<<30, now) != nil {
		t.Error("without a rate there is a limit")
	}
}
