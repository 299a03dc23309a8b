package lane

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"lockstep/prototype/order"
)

// wires hold what is under way between nodes, so that a test can lose, double and
// reorder it.
type wires struct{ waiting []letter }

type letter struct {
	from, to string
	payload  []byte
}

func (w *wires) from(self string) Send {
	return func(to string, payload []byte) {
		w.waiting = append(w.waiting, letter{self, to, append([]byte(nil), payload...)})
	}
}

func (w *wires) pick(i int, keep bool) letter {
	l := w.waiting[i]
	if !keep {
		w.waiting = append(w.waiting[:i:i], w.waiting[i+1:]...)
	}
	return l
}

var names = []string{"n1", "n2", "n3"}

func others(self string) func() []string {
	var list []string
	for _, n := range names {
		if n != self {
			list = append(list, n)
		}
	}
	return only(list...)
}

func only(list ...string) func() []string { return func() []string { return list } }

func say(id string) []order.Command {
	return []order.Command{{Conversation: "room", ID: id, Sender: "s", Body: "b"}}
}

// weighed holds the bytes that a lane tells of a conversation against all that it keeps of it.
func weighed(t *rapid.T, lane interface {
	Read(string, uint64, int) order.View
}) {
	view, bytes := lane.Read("room", 0, 0), uint64(0)
	for _, m := range lane.Read("room", view.First-1, 1000).Messages {
		bytes += uint64(len(m.ID + m.Sender + m.Body))
	}
	if view.Bytes != bytes || view.Last > 0 && !view.Begun {
		t.Fatalf("%d bytes of %d messages, begun: %v; want %d", view.Bytes, view.Last, view.Begun, bytes)
	}
}

// TestClock_converges: whatever is lost, doubled or late, nodes that have told
// each other everything show the same order, with every accepted message in it
// once.
func TestClock_converges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &wires{}
		nodes := map[string]*Clock{}
		now := map[string]int64{}
		for _, n := range names {
			nodes[n] = NewClock(n, others(n), w.from(n))
		}
		accepted := map[string]bool{}
		for i := range rapid.IntRange(1, 80).Draw(t, "steps") {
			n := rapid.SampledFrom(names).Draw(t, "node")
			switch rapid.IntRange(0, 5).Draw(t, "step") {
			case 0, 1:
				id := fmt.Sprint(rapid.IntRange(0, 30).Draw(t, "id"))
				if _, ok := nodes[n].Submit(now[n], say(id)); !ok {
					t.Fatal("refused")
				}
				accepted[id] = true
			case 2:
				now[n] += rapid.Int64Range(-50, 100).Draw(t, "clock")
			case 3:
				nodes[n].Tick()
			default:
				if len(w.waiting) == 0 {
					continue
				}
				l := w.pick(rapid.IntRange(0, len(w.waiting)-1).Draw(t, "letter"), rapid.IntRange(0, 3).Draw(t, "double") == 0)
				if rapid.IntRange(0, 3).Draw(t, "lose") > 0 {
					nodes[l.to].Receive(now[l.to], l.from, l.payload)
				}
			}
			_ = i
		}
		for range 4 { // everything is exchanged at last
			for _, n := range names {
				nodes[n].Tick()
			}
			for len(w.waiting) > 0 {
				l := w.pick(0, false)
				nodes[l.to].Receive(now[l.to], l.from, l.payload)
			}
		}
		_, want := nodes["n1"].Digest("room", 0)
		for _, n := range names {
			weighed(t, nodes[n])
			view := nodes[n].Read("room", 0, 1000)
			if _, got := nodes[n].Digest("room", 0); got != want || len(view.Messages) != len(accepted) {
				t.Fatalf("%s shows %d of %d messages, digest %.8s; n1 has %.8s", n, len(view.Messages), len(accepted), got, want)
			}
		}
	})
}

// TestClock_retains: nodes that drop nearly everything come to count the same messages,
// and to the same digest, as one that drops nothing, and show the same newest ones; also
// if nodes forget all that they had.
func TestClock_retains(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &wires{}
		nodes := map[string]*Clock{}
		now := map[string]int64{}
		all := NewClock("all", only(), func(string, []byte) {})
		life := 0
		start := func(n string) {
			life++
			send := w.from(n)
			c := NewClock(fmt.Sprint(n, life), others(n), send)
			c.Retain(3)
			c.page = 2
			nodes[n] = c
		}
		for _, n := range names {
			start(n)
		}
		exchange := func() {
			for range 6 {
				for _, n := range names {
					nodes[n].Tick()
				}
				for len(w.waiting) > 0 {
					l := w.pick(0, false)
					nodes[l.to].Receive(now[l.to], l.from, l.payload)
				}
			}
		}
		for i := range rapid.IntRange(1, 120).Draw(t, "steps") {
			n := rapid.SampledFrom(names).Draw(t, "node")
			if nodes[names[0]].kept+len(w.waiting) > 5 || nodes[names[1]].kept > 5 || nodes[names[2]].kept > 5 {
				exchange() // or else what is not everywhere would be dropped
			}
			switch rapid.IntRange(0, 8).Draw(t, "step") {
			case 0, 1, 2:
				nodes[n].Submit(now[n], say(fmt.Sprint(i)))
				for _, l := range w.waiting {
					all.Receive(0, l.from, l.payload)
				}
			case 3:
				now[n] += rapid.Int64Range(-50, 100).Draw(t, "clock")
			case 4:
				if rapid.IntRange(0, 5).Draw(t, "forgets") == 0 {
					exchange() // so that nothing is lost
					start(n)
				}
			case 5:
				nodes[n].Tick()
			default:
				if len(w.waiting) > 0 {
					l := w.pick(rapid.IntRange(0, len(w.waiting)-1).Draw(t, "letter"), false)
					nodes[l.to].Receive(now[l.to], l.from, l.payload)
				}
			}
		}
		exchange()
		last, want := all.Digest("room", 0)
		for _, n := range names {
			if seq, got := nodes[n].Digest("room", 0); got != want || seq != last {
				t.Fatalf("%s counts %d of %d messages, with digest %.8s", n, seq, last, got)
			}
			weighed(t, nodes[n])
			view := nodes[n].Read("room", 0, 1000)
			if view.First > 1 {
				view = nodes[n].Read("room", view.First-1, 1000)
			}
			if whole := all.Read("room", view.First-1, 1000); len(whole.Messages)+len(view.Messages) > 0 && !cmp.Equal(view.Messages, whole.Messages) {
				t.Fatalf("%s shows %v from %d on; all are %v", n, view.Messages, view.First, whole.Messages)
			}
			if kept := nodes[n].kept; kept >= 3+2+2 {
				t.Fatalf("%s keeps %d messages", n, kept)
			}
		}
	})
}

// TestClock_rewrites: a message that was acknowledged as the first becomes the
// second when an older stamp arrives. That is the price.
func TestClock_rewrites(t *testing.T) {
	w := &wires{}
	a, b := NewClock("n1", only("n2"), w.from("n1")), NewClock("n2", only("n1"), w.from("n2"))
	first, _ := a.Submit(2000, say("late"))
	b.Submit(1000, say("early"))
	for len(w.waiting) > 0 {
		l := w.pick(0, false)
		map[string]*Clock{"n1": a, "n2": b}[l.to].Receive(2000, l.from, l.payload)
	}
	if got := a.Read("room", 0, 9).Messages; first[0].Seq != 1 || got[0].ID != "early" || got[1].ID != "late" {
		t.Errorf("acknowledged as %d; now %+v", first[0].Seq, got)
	}
}

// TestClock_future: a clock that is days ahead orders its own messages last, and
// does not take the clocks of others with it.
func TestClock_future(t *testing.T) {
	w := &wires{}
	a := NewClock("n1", only(), w.from("n1"))
	mad := NewClock("n2", only("n1"), w.from("n2"))
	mad.Submit(1_000_000_000, say("mad"))
	a.Receive(1000, "n2", w.pick(0, false).payload)
	a.Submit(1000, say("sane"))
	if got := a.Read("room", 0, 9).Messages; len(got) != 2 || got[0].ID != "sane" || got[0].Time != 1000 {
		t.Errorf("%+v", got)
	}
}

// TestLeader_forks: a leader that is cut off goes on acknowledging; what it
// acknowledged then is gone when it hears of its successor.
func TestLeader_forks(t *testing.T) {
	w := &wires{}
	nodes := map[string]*Leader{}
	for _, n := range names {
		nodes[n] = NewLeader(n, others(n), w.from(n))
	}
	deliver := func(cut string) {
		for len(w.waiting) > 0 {
			if l := w.pick(0, false); l.from != cut && l.to != cut {
				nodes[l.to].Receive(l.from, l.payload)
			}
		}
	}
	nodes["n1"].Lead(1)
	nodes["n1"].Submit(0, say("1"))
	deliver("")
	lost, ok := nodes["n1"].Submit(0, say("lost"))
	deliver("n1")
	if !ok || lost[0].Seq != 2 {
		t.Fatalf("the leader that is cut off: %+v, %v", lost, ok)
	}
	nodes["n2"].Lead(2)
	nodes["n2"].Submit(0, say("2"))
	nodes["n2"].Submit(0, say("3"))
	deliver("n1")
	for range 5 {
		for _, n := range names {
			nodes[n].Tick()
		}
		deliver("")
	}
	for _, n := range names {
		var ids []string
		for _, m := range nodes[n].Read("room", 0, 9).Messages {
			ids = append(ids, m.ID)
		}
		if fmt.Sprint(ids) != "[1 2 3]" {
			t.Errorf("%s shows %v, want 1, 2, 3", n, ids)
		}
	}
	if leader, epoch := nodes["n1"].Leading(); leader != "n2" || epoch != 2 {
		t.Errorf("the old leader follows %s in epoch %d", leader, epoch)
	}
}

// TestLeader_converges: after any losses and changes of the leader, all nodes come
// to show what the newest leader has, also if they drop nearly everything, and if a
// node forgets all that it had.
func TestLeader_converges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		retain := uint64(rapid.IntRange(0, 3).Draw(t, "retain"))
		w := &wires{}
		nodes := map[string]*Leader{}
		start := func(n string) {
			nodes[n] = NewLeader(n, others(n), w.from(n))
			nodes[n].Retain(retain)
			nodes[n].page = 2
		}
		for _, n := range names {
			start(n)
		}
		epoch := uint64(0)
		newest := ""
		for i := range rapid.IntRange(1, 80).Draw(t, "steps") {
			n := rapid.SampledFrom(names).Draw(t, "node")
			switch rapid.IntRange(0, 7).Draw(t, "step") {
			case 0:
				epoch++
				newest = n
				nodes[n].Lead(epoch)
			case 1, 2:
				nodes[n].Submit(int64(i), say(fmt.Sprint(i)))
			case 3:
				nodes[n].Tick()
			case 4:
				if n != newest && rapid.IntRange(0, 4).Draw(t, "forgets") == 0 {
					start(n)
				}
			default:
				if len(w.waiting) > 0 {
					l := w.pick(rapid.IntRange(0, len(w.waiting)-1).Draw(t, "letter"), rapid.IntRange(0, 3).Draw(t, "double") == 0)
					if rapid.IntRange(0, 3).Draw(t, "lose") > 0 {
						nodes[l.to].Receive(l.from, l.payload)
					}
				}
			}
		}
		if newest == "" {
			return
		}
		for range 100 {
			for _, n := range names {
				nodes[n].Tick()
			}
			for len(w.waiting) > 0 {
				l := w.pick(0, false)
				nodes[l.to].Receive(l.from, l.payload)
			}
		}
		last, want := nodes[newest].Digest("room", 0)
		for _, n := range names {
			if seq, got := nodes[n].Digest("room", 0); got != want || seq != last {
				t.Fatalf("%s has %d messages with another digest than the leader with its %d", n, seq, last)
			}
			weighed(t, nodes[n])
			if kept := len(nodes[n].log); retain > 0 && kept >= int(retain)+2 {
				t.Fatalf("%s keeps %d entries", n, kept)
			}
		}
	})
}

// TestLeader_retain: what is kept, and the digest of everything, are those of a lane
// that drops nothing; such a lane is full one day, and the other never.
func TestLeader_retain(t *testing.T) {
	all, few := NewLeader("n1", only(), nil), NewLeader("n1", only(), nil)
	few.Retain(10)
	all.limit, few.limit = 1000, 1000
	for _, l := range []*Leader{all, few} {
		l.Lead(1)
		for i := range 1000 {
			if _, ok := l.Submit(int64(i), say(fmt.Sprint(i))); !ok {
				t.Fatal("refused")
			}
		}
	}
	if n, got := few.Digest("room", 0); n != 1000 {
		t.Errorf("%d messages", n)
	} else if _, want := all.Digest("room", 0); got != want {
		t.Error("the digests differ")
	}
	view := few.Read("room", 0, 1000)
	if len(view.Messages) > 0 || view.Last != 1000 || view.First < 2 || view.First > 991 {
		t.Errorf("shows %d messages of %d, from %d on", len(view.Messages), view.Last, view.First)
	}
	if got, want := few.Read("room", view.First-1, 1000), all.Read("room", view.First-1, 1000); !cmp.Equal(got.Messages, want.Messages) {
		t.Error("they show other messages")
	}
	if upto, got := few.Digest("room", 5); upto != view.First-1 {
		t.Errorf("the digest of what was dropped is given as that up to %d", upto)
	} else if _, want := all.Digest("room", upto); got != want {
		t.Error("the digest of what was dropped is another one")
	}
	if _, ok := all.Submit(0, say("more")); ok {
		t.Error("a full lane took another message")
	}
	if r, ok := few.Submit(0, say("more")); !ok || r[0].Seq != 1001 {
		t.Errorf("%+v, %v", r, ok)
	}
}

// TestLeader_earlier: a node that comes back with nothing does not lead because others
// remember that it did.
func TestLeader_earlier(t *testing.T) {
	w := &wires{}
	was, other := NewLeader("n1", only("n2"), w.from("n1")), NewLeader("n2", only("n1"), w.from("n2"))
	was.Lead(3)
	was.Submit(0, say("1"))
	for len(w.waiting) > 0 {
		if l := w.pick(0, false); l.to == "n2" {
			other.Receive(l.from, l.payload)
		}
	}
	again := NewLeader("n1", only("n2"), w.from("n1"))
	other.Receive("n1", leaderMessage{Epoch: 1, Leader: "n1"}.append(nil)) // a late one, which n2 answers
	for len(w.waiting) > 0 {
		l := w.pick(0, false)
		again.Receive(l.from, l.payload)
	}
	if _, epoch := again.Leading(); epoch != 3 {
		t.Fatalf("it heard of epoch %d", epoch)
	}
	if _, ok := again.Submit(0, say("2")); ok {
		t.Error("it ordered a message in an epoch of which it has lost the log")
	}
}
