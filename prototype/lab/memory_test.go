package lab

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/cluster"
	"lockstep/prototype/lab/action"
	"lockstep/prototype/lab/frame"
)

// TestLab_pause: a paused leader is shown as such, loses its lead, refuses what
// makes no sense, and can be resumed, killed and started again.
func TestLab_pause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := begin(t)
		time.Sleep(2 * time.Second) // virtual time: the node is not new any more
		is := func(id string, c frame.Condition) func(frame.Frame) bool {
			return func(f frame.Frame) bool {
				return slices.ContainsFunc(f.Nodes, func(n frame.Node) bool { return n.ID == id && n.Condition == c })
			}
		}
		for range 3 {
			old := e.until("a leader", func(f frame.Frame) bool { return f.Leader != "" && f.Voters == 3 }).Leader
			e.do(action.Action{Verb: action.Pause})
			e.until("another leader", func(f frame.Frame) bool {
				return f.Leader != "" && f.Leader != old && is(old, frame.ConditionPaused)(f)
			})
			for _, verb := range []action.Verb{action.Pause, action.Cut, action.PowerOff, action.HangDisk} {
				if e.refused(action.Action{Verb: verb, Node: old}) == "" {
					t.Errorf("%s at a paused node", verb)
				}
			}
			time.Sleep(5 * time.Second) // virtual time
			e.do(action.Action{Verb: action.Heal, Node: old})
			e.until("it is back", func(f frame.Frame) bool { return f.Voters == 3 && !is(old, frame.ConditionPaused)(f) })
			e.do(action.Action{Verb: action.Pause, Node: old})
			e.do(action.Action{Verb: action.Kill, Node: old})
			e.until("it is down", is(old, frame.ConditionDown))
			e.do(action.Action{Verb: action.Restart, Node: old})
			e.until("it is back again", func(f frame.Frame) bool { return f.Voters == 3 && !is(old, frame.ConditionDown)(f) })
			e.do(action.Action{Verb: action.Pause, Node: old})
			e.do(action.Action{Verb: action.Restart, Node: old})
		}
		e.until("all nodes", func(f frame.Frame) bool { return f.Leader != "" && f.Voters == 3 })
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
		if a := c.Send(ctx, leader, frame.LaneQuorum, "room", api.Message{ID: "1", Sender: "ada", Body: "hello"}); a.Outcome != api.Unknown {
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
		r, err := c.Read(t.Context(), leader, frame.LaneQuorum, api.ReadRequest{Conversation: "room", Level: api.LevelLinearizable, Limit: 10})
		if err != nil || r.Last != 1 {
			t.Errorf("what was sent in its sleep: %+v, %v", r, err)
		}
	})
}
