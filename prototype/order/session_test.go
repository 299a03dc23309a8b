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
