package lab

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/cluster"
)

// TestLab_pause: a paused leader is shown as such, loses its lead, refuses what
// makes no sense, and can be resumed, killed and started again.
func TestLab_pause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := begin(t)
		time.Sleep(2 * time.Second) // virtual time: the node is not new any more
		is := func(id string, c Condition) func(Frame) bool {
			return func(f Frame) bool {
				return slices.ContainsFunc(f.Nodes, func(n Node) bool { return n.ID == id && n.Condition == c })
			}
		}
		for range 3 {
			old := e.until("a leader", func(f Frame) bool { return f.Leader != "" && f.Voters == 3 }).Leader
			e.do(Action{Verb: Pause})
			e.until("another leader", func(f Frame) bool { return f.Leader != "" && f.Leader != old && is(old, ConditionPaused)(f) })
			for _, verb := range []Verb{Pause, Cut, PowerOff, HangDisk} {
				if e.refused(Action{Verb: verb, Node: old}) == "" {
					t.Errorf("%s at a paused node", verb)
				}
			}
			time.Sleep(5 * time.Second) // virtual time
			e.do(Action{Verb: Heal, Node: old})
			e.until("it is back", func(f Frame) bool { return f.Voters == 3 && !is(old, ConditionPaused)(f) })
			e.do(Action{Verb: Pause, Node: old})
			e.do(Action{Verb: Kill, Node: old})
			e.until("it is down", is(old, ConditionDown))
			e.do(Action{Verb: Restart, Node: old})
			e.until("it is back again", func(f Frame) bool { return f.Voters == 3 && !is(old, ConditionDown)(f) })
			e.do(Action{Verb: Pause, Node: old})
			e.do(Action{Verb: Restart, Node: old})
		}
		e.until("all nodes", func(f Frame) bool { return f.Leader != "" && f.Voters == 3 })
		e.clean()
	})
}

// TestInMemory_paused: whoever asks a paused node waits no longer than he wants to.
// What he sent is unknown, and arrives when the node wakes.
func TestInMemory_paused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, err := cluster.NewMemory(3, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		leader, err := m.AwaitLeader(t.Context(), "room", "")
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second) // virtual time
		c := InMemory(m)
		if err := c.Pause(leader); err != nil {
			t.Fatal(err)
		}
		if err := c.Pause(leader); err == nil {
			t.Error("it was paused twice")
		}
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond) // the others do not miss it so soon
		defer cancel()
		began := time.Now()
		if a := c.Send(ctx, leader, LaneQuorum, "room", api.Message{ID: "1", Sender: "ada", Body: "hello"}); a.Outcome != api.Unknown {
			t.Errorf("a send: %+v", a)
		}
		if took := time.Since(began); took != 50*time.Millisecond {
			t.Errorf("it took %s", took)
		}
		if _, err := c.Status(ctx, leader); err == nil {
			t.Error("a paused node tells how it is")
		}
		if err := c.Resume(leader); err != nil {
			t.Fatal(err)
		}
		if err := c.Resume(leader); err == nil {
			t.Error("it was resumed twice")
		}
		time.Sleep(time.Second) // virtual time
		r, err := c.Read(t.Context(), leader, LaneQuorum, api.ReadRequest{Conversation: "room", Level: api.LevelLinearizable, Limit: 10})
		if err != nil || r.Last != 1 {
			t.Errorf("what was sent in its sleep: %+v, %v", r, err)
		}
	})
}
