package order

import (
	"fmt"
	"testing"
)

// TestSession_window: every number of a long session is told its own place for as
// long as it is within the window, and is too old from then on: no retry is told
// the place of another message.
func TestSession_window(t *testing.T) {
	for _, rules := range []Rules{FirstRules, OncePerSender} {
		m := New()
		index := uint64(0)
		apply := func(c Command) Result {
			index++
			c.Conversation, c.Sender = "room", "ann"
			return m.Apply(index, index, Batch{Rules: rules, Commands: []Command{c}})[0]
		}
		session := apply(Command{Register: true}).Session
		places := map[uint64]Result{}
		for last := uint64(1); last <= 3*Window+1; last++ {
			apply(Command{ID: fmt.Sprint("between", last)})
			send := func(n uint64) Result {
				return apply(Command{Session: session, Number: n, ID: fmt.Sprint("number", n), Body: fmt.Sprint(n)})
			}
			if places[last] = send(last); places[last].Seq != 2*last || places[last].Duplicate {
				t.Fatalf("rules %d: number %d: %+v", rules, last, places[last])
			}
			for n := uint64(1); n <= last; n++ {
				want := Result{Rejected: TooOld}
				if n+Window > last {
					want = places[n]
					want.Duplicate = true
				}
				if got := send(n); got != want {
					t.Errorf("rules %d: number %d again behind number %d: %+v, want %+v", rules, n, last, got, want)
				}
			}
			if got := send(last + 2); got.Rejected != OutOfOrder {
				t.Errorf("rules %d: number %d behind number %d: %+v", rules, last+2, last, got)
			}
		}
	}
}

// TestSession_limit: a conversation has as many sessions as it may, and no more. The
// one that was idle longest makes room; of those that one entry has used, the oldest,
// so that all replicas forget the same one.
func TestSession_limit(t *testing.T) {
	for range 20 { // a map is walked in another order each time
		m := newMachine(limits{conversations: 1, senders: 1, sessions: 4, idle: defaultLimits.idle, window: defaultLimits.window})
		index := uint64(0)
		apply := func(commands ...Command) []Result {
			index++
			for i := range commands {
				commands[i].Conversation, commands[i].Sender = "room", "ann"
			}
			return m.Apply(index, index, Batch{Rules: OncePerSender, Commands: commands})
		}
		register := Command{Register: true}
		var ids []uint64
		for _, r := range apply(register, register, register, register) {
			ids = append(ids, r.Session)
		}
		use := func(i int) Rejection { return apply(Command{Session: ids[i], Number: 1, ID: "x"})[0].Rejected }
		for i := range ids {
			if r := use(i); i == 0 && r != 0 {
				t.Fatalf("session %d of 4 is forgotten: %v", i, r)
			}
		}
		// All four have been used, the first one longest ago.
		apply(register)
		if r := use(0); r != SessionExpired {
			t.Fatalf("a fifth session leaves the one that was idle longest: %v", r)
		}
		// Now one entry uses the rest, in an order of its own.
		apply(Command{Session: ids[3], Number: 1, ID: "x"}, Command{Session: ids[1], Number: 1, ID: "x"}, Command{Session: ids[2], Number: 1, ID: "x"})
		apply(register)
		apply(register)
		for i, want := range []Rejection{SessionExpired, SessionExpired, 0, 0} {
			if got := use(i); got != want {
				t.Fatalf("session %d after two more: %v, want %v", i, got, want)
			}
		}
	}
}
