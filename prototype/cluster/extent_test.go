package cluster

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/prototype/node"
	"lockstep/prototype/order"
)

// TestExtent: what quotas go by, the bytes that are retained of a conversation and the number
// of conversations, is the same at every replica: at one that was there all the time, at one
// that was started again, and at one that was filled since it had lost everything.
func TestExtent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := start(t, func(c *node.Config) {
			oneShard(c)
			c.Retain, c.SnapshotThreshold, c.TrailingLogs = 300, 8, 2
		})
		leader := awaitLeader(t, m, "")
		say := func(from, to int) {
			t.Helper()
			for i := from; i < to; i++ {
				var commands []order.Command
				for j := range 50 {
					commands = append(commands, order.Command{Conversation: room, ID: fmt.Sprint(i, j), Sender: "ann", Body: strings.Repeat("x", i+j)})
				}
				if _, err := m.Node(leader).Submit(t.Context(), room, commands); err != nil {
					t.Fatal(err)
				}
				if _, err := m.Node(leader).Submit(t.Context(), "other", []order.Command{{Conversation: "other", ID: fmt.Sprint(i), Sender: "ann"}}); err != nil {
					t.Fatal(err)
				}
			}
		}
		extent := func(id string) string {
			view := m.Node(id).ReadIn(node.LaneQuorum, room, 0, 0)
			return fmt.Sprintf("%d to %d: %d bytes; %d conversations", view.First, view.Last, view.Bytes, m.Node(id).Conversations())
		}
		say(0, 20)
		again, filled := other(m, leader, 0), other(m, leader, 1)
		must(t, m.Crash(again))
		must(t, m.Restart(again))
		time.Sleep(5 * time.Second) // virtual time
		must(t, m.Crash(filled))
		must(t, m.Wipe(filled))
		must(t, m.Restart(filled))
		say(20, 25)
		time.Sleep(10 * time.Second) // virtual time
		view, bytes := m.Node(leader).ReadIn(node.LaneQuorum, room, 0, 0), 0
		for _, x := range m.Node(leader).ReadIn(node.LaneQuorum, room, view.First-1, 5000).Messages {
			bytes += len(x.ID + x.Sender + x.Body)
		}
		want := fmt.Sprintf("%d to 1250: %d bytes; 2 conversations", view.First, bytes)
		for _, id := range m.IDs() {
			if got := extent(id); got != want || view.First == 1 {
				t.Errorf("%s, where %s leads, has %s, want %s", id, leader, got, want)
			}
		}
	})
}
