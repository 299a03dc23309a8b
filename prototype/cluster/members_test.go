package cluster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/prototype/fault"
	"lockstep/prototype/node"
	"lockstep/prototype/order"
)

func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// TestMemory_Join: every founder is replaced by a node that joins, one by one,
// while messages are sent. In the end none of the first disks is left, and every
// message is where it was acknowledged.
func TestMemory_Join(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := start(t, func(cfg *node.Config) { cfg.SnapshotThreshold, cfg.TrailingLogs = 16, 4 })
		awaitLeader(t, m, "")
		n := uint64(0)
		say := func(count int) {
			for range count {
				if r := send(t, m, fmt.Sprint(n)); r.Seq != n+1 {
					t.Fatalf("message %d: seq %d", n, r.Seq)
				}
				n++
			}
		}
		say(40)
		for i := range 3 {
			old, fresh := fmt.Sprintf("n%d", i+1), fmt.Sprintf("n%d", i+4)
			if err := m.Join(within(t, 20*time.Second), fresh); err != nil {
				t.Fatal(err)
			}
			say(10)
			if err := m.Leave(within(t, 20*time.Second), old); err != nil {
				t.Fatal(err)
			}
			say(10)
		}
		if want, got := []string{"n4", "n5", "n6"}, m.IDs(); !slices.Equal(got, want) {
			t.Fatalf("members: %v, want %v", got, want)
		}
		agree(t, m, n)
		// They survive each other as the founders did, and find each other again
		// though each was started with founders that are gone.
		for _, id := range m.IDs() {
			if err := m.Crash(id); err != nil {
				t.Fatal(err)
			}
			say(3)
			if err := m.Restart(id); err != nil {
				t.Fatal(err)
			}
			awaitLeader(t, m, "")
		}
		agree(t, m, n)
	})
}

// TestMemory_Wipe: a member comes back without its disk, under load, and is
// filled by the others before it counts again. So the next one may lose its disk,
// too.
func TestMemory_Wipe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := start(t, func(cfg *node.Config) { cfg.SnapshotThreshold, cfg.TrailingLogs = 16, 4 })
		n := uint64(0)
		for round := range 6 {
			victim := awaitLeader(t, m, "")
			if round%2 == 1 {
				victim = m.IDs()[round%3]
			}
			for range 15 {
				send(t, m, fmt.Sprint(n))
				n++
			}
			if err := m.Crash(victim); err != nil {
				t.Fatal(err)
			}
			if err := m.Wipe(victim); err != nil {
				t.Fatal(err)
			}
			if err := m.Restart(victim); err != nil {
				t.Fatal(err)
			}
			for range 5 {
				send(t, m, fmt.Sprint(n))
				n++
			}
			if err := m.AwaitVote(within(t, 20*time.Second), victim); err != nil {
				t.Fatalf("round %d: %v", round, err)
			}
		}
		agree(t, m, n)
	})
}

// TestMemory_Wipe_ready: operators who replace disks one by one go by whether a node
// is ready, and it must not say so before its replicas count. Over a slow line it
// reads for seconds in the log that it has the vote of its former life.
func TestMemory_Wipe_ready(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := start(t, oneShard)
		leader := awaitLeader(t, m, "")
		victim := third(m, leader, "")
		for i := range 300 {
			if _, err := m.Node(leader).Submit(t.Context(), room, []order.Command{{Conversation: room, ID: fmt.Sprint(i), Sender: "ann", Body: strings.Repeat("x", 1<<10)}}); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(m.Crash(victim), m.Wipe(victim)); err != nil {
			t.Fatal(err)
		}
		breakAt(t, m, leader, fault.Fault{Kind: fault.Rate, Peers: []string{victim}, Rate: 100e3})
		began := time.Now()
		if err := m.Restart(victim); err != nil {
			t.Fatal(err)
		}
		for !m.Node(victim).Ready() && time.Since(began) < time.Minute {
			time.Sleep(time.Millisecond) // virtual time
		}
		if !slices.ContainsFunc(m.Node(leader).Members(), func(x node.Member) bool { return x.ID == victim && x.Voter == 1 }) {
			t.Errorf("after %s %s is ready and has no vote: %q", time.Since(began), victim, m.Node(victim).Unready())
		}
		agree(t, m, 300)
	})
}

// TestMemory_Wipe_forgotten_vote: what a lost disk had promised is not promised
// again to somebody else. One member has every message, one is far behind, and
// the third, whose disk completed each majority, loses it. Those two must not
// elect each other.
func TestMemory_Wipe_forgotten_vote(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := start(t, nil)
		leader := awaitLeader(t, m, "")
		others := slices.DeleteFunc(m.IDs(), func(id string) bool { return id == leader })
		behind, forgetful := others[0], others[1]
		if err := m.Crash(behind); err != nil {
			t.Fatal(err)
		}
		for i := range 20 {
			send(t, m, fmt.Sprint(i))
		}
		for _, id := range []string{leader, forgetful} {
			if err := m.Crash(id); err != nil {
				t.Fatal(err)
			}
		}
		if err := m.Wipe(forgetful); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{behind, forgetful} {
			if err := m.Restart(id); err != nil {
				t.Fatal(err)
			}
		}
		if other, err := m.AwaitLeader(within(t, time.Minute), room, ""); err == nil {
			t.Fatalf("%s leads without the messages that were acknowledged", other)
		}
		if err := m.Restart(leader); err != nil {
			t.Fatal(err)
		}
		awaitLeader(t, m, "")
		agree(t, m, 20)
	})
}

// TestMemory_Remove_majority: a member whose removal would leave the shard
// without a majority that is heard stays.
func TestMemory_Remove_majority(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := start(t, nil)
		leader := awaitLeader(t, m, "")
		others := slices.DeleteFunc(m.IDs(), func(id string) bool { return id == leader })
		if err := m.Crash(others[0]); err != nil {
			t.Fatal(err)
		}
		send(t, m, "before")
		if err := m.Node(leader).Remove(within(t, 3*time.Second), others[1]); err == nil {
			t.Error("the only follower that is left was removed")
		}
		send(t, m, "after")
		if err := m.Node(leader).Remove(within(t, 3*time.Second), "n9"); err == nil {
			t.Error("a node that is no member was removed")
		}
	})
}
