package cluster

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/prototype/node"
	"lockstep/prototype/order"
)

func lazy(c *node.Config) { c.Shards, c.Lazy = 1, time.Second }

// say sends messages in a lane through one node after the other, and gives the ids
// of those that were acknowledged.
func say(t *testing.T, m *Memory, lane, prefix string, count int) (acknowledged []string) {
	t.Helper()
	ids := m.IDs()
	for i := range count {
		id := fmt.Sprintf("%s-%d", prefix, i)
		for try := 0; try < 100; try++ {
			if n := m.Node(ids[(i+try)%len(ids)]); n != nil {
				if _, err := n.SubmitIn(t.Context(), lane, room, []order.Command{{Conversation: room, ID: id, Sender: "ann", Body: "b"}}); err == nil {
					acknowledged = append(acknowledged, id)
					break
				}
			}
			time.Sleep(20 * time.Millisecond) // virtual time
		}
	}
	if len(acknowledged) != count {
		t.Errorf("lane %s: %d of %d messages were acknowledged", lane, len(acknowledged), count)
	}
	return acknowledged
}

// missing counts acknowledged messages that a node does not show in a lane.
func missing(m *Memory, at, lane string, acknowledged []string) (lost int) {
	var have []string
	for _, x := range m.Node(at).ReadIn(lane, room, 0, 1_000_000).Messages {
		have = append(have, x.ID)
	}
	for _, id := range acknowledged {
		if !slices.Contains(have, id) {
			lost++
		}
	}
	return lost
}

// lazyLeader waits for the leader of the lazy lane's group.
func lazyLeader(t *testing.T, m *Memory) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		for _, id := range m.IDs() {
			if n := m.Node(id); n != nil && n.Status().Lazy.Role == "leader" {
				return id
			}
		}
		time.Sleep(5 * time.Millisecond) // virtual time
	}
	t.Fatal("nobody leads the lazy lane")
	return ""
}

// TestLazy_survives_a_node: the lazy lane keeps what it acknowledged through the
// crash of its leader at the moment of the acknowledgement, and of any one node.
func TestLazy_survives_a_node(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := start(t, lazy)
		var acknowledged []string
		for round := range 6 {
			victim := lazyLeader(t, m)
			if round%2 == 1 {
				victim = m.IDs()[round%3]
			}
			acknowledged = append(acknowledged, say(t, m, node.LaneLazy, fmt.Sprint("r", round), 20)...)
			if err := m.Crash(victim); err != nil {
				t.Fatal(err)
			}
			acknowledged = append(acknowledged, say(t, m, node.LaneLazy, fmt.Sprint("s", round), 5)...)
			if err := m.Restart(victim); err != nil {
				t.Fatal(err)
			}
			time.Sleep(3 * time.Second) // virtual time: it catches up, and everybody flushes
		}
		for _, id := range m.IDs() {
			if lost := missing(m, id, node.LaneLazy, acknowledged); lost > 0 {
				t.Errorf("%s misses %d of %d acknowledged messages", id, lost, len(acknowledged))
			}
		}
	})
}

// TestLazy_blackout: when all nodes lose power at once, the lazy lane loses what it
// had said ok to since the last flush and nothing older, and the quorum lane loses
// nothing. A flush may fall at any moment, so of what was said just before, the
// newest are lost, and no message survives one that was before it.
func TestLazy_blackout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := start(t, lazy)
		lazyLeader(t, m)
		var early, strong []string
		var late [][]string
		for round := range 3 {
			early = append(early, say(t, m, node.LaneLazy, fmt.Sprint("early", round), 10)...)
			time.Sleep(2 * time.Second) // virtual time: the disks get it
			late = append(late, say(t, m, node.LaneLazy, fmt.Sprint("late", round), 10))
			strong = append(strong, say(t, m, node.LaneQuorum, fmt.Sprint("strong", round), 10)...)
			if err := m.Blackout(); err != nil {
				t.Fatal(err)
			}
			if m.Blackout() == nil {
				t.Error("a second blackout while everything is down")
			}
			for _, id := range m.IDs() {
				if err := m.Restart(id); err != nil {
					t.Fatal(err)
				}
			}
			lazyLeader(t, m)
			awaitLeader(t, m, "")
			time.Sleep(2 * time.Second) // virtual time
		}
		for _, id := range m.IDs() {
			if lost := missing(m, id, node.LaneLazy, early); lost > 0 {
				t.Errorf("%s lost %d messages that had been flushed", id, lost)
			}
			if lost := missing(m, id, node.LaneQuorum, strong); lost > 0 {
				t.Errorf("%s lost %d of the quorum lane", id, lost)
			}
			total := 0
			for round, said := range late {
				lost := missing(m, id, node.LaneLazy, said)
				if kept := len(said) - lost; missing(m, id, node.LaneLazy, said[:kept]) > 0 {
					t.Errorf("%s, round %d: it lost %d messages, and not the newest ones", id, round, lost)
				}
				total += lost
			}
			if total == 0 {
				t.Errorf("%s lost nothing in %d power losses", id, len(late))
			}
		}
	})
}

// TestLazy_snapshot: a snapshot may hold what the lazy log had not flushed. The
// node goes on behind it, and the log has no hole.
func TestLazy_snapshot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := start(t, func(c *node.Config) {
			lazy(c)
			c.Lazy, c.SnapshotThreshold, c.TrailingLogs = time.Minute, 20, 5
		})
		lazyLeader(t, m)
		first := say(t, m, node.LaneLazy, "a", 100)
		time.Sleep(25 * time.Second) // virtual time: the library looks for snapshots every ten seconds or two
		if err := m.Blackout(); err != nil {
			t.Fatal(err)
		}
		for _, id := range m.IDs() {
			if err := m.Restart(id); err != nil {
				t.Fatal(err)
			}
		}
		lazyLeader(t, m)
		second := say(t, m, node.LaneLazy, "b", 100)
		time.Sleep(2 * time.Second)
		for _, id := range m.IDs() {
			if lost := missing(m, id, node.LaneLazy, slices.Concat(first, second)); lost > 0 {
				t.Errorf("%s lost %d messages that a snapshot held", id, lost)
			}
		}
	})
}

// TestLazy_rollout: the lane is switched on at one node after the other, and comes
// up when a majority has it. Until then nothing else is disturbed.
func TestLazy_rollout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		has := map[string]bool{}
		m := start(t, func(c *node.Config) {
			c.Shards = 1
			if has[c.ID] {
				c.Lazy = time.Second
			}
		})
		awaitLeader(t, m, "")
		var strong []string
		for i, id := range m.IDs() {
			has[id] = true
			if err := m.Crash(id); err != nil {
				t.Fatal(err)
			}
			if err := m.Restart(id); err != nil {
				t.Fatal(err)
			}
			strong = append(strong, say(t, m, node.LaneQuorum, fmt.Sprint("q", i), 5)...)
			time.Sleep(5 * time.Second) // virtual time
			if leads := m.Node(id).Status().Lazy.Leader != ""; leads != (i > 0) {
				t.Errorf("with %d of 3 nodes that have it, the lane has a leader: %t", i+1, leads)
			}
		}
		acknowledged := say(t, m, node.LaneLazy, "z", 10)
		time.Sleep(time.Second)
		for _, id := range m.IDs() {
			if lost := missing(m, id, node.LaneLazy, acknowledged) + missing(m, id, node.LaneQuorum, strong); lost > 0 {
				t.Errorf("%s misses %d", id, lost)
			}
		}
	})
}
