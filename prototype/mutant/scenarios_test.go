package mutant_test

import (
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/fault"
	"lockstep/prototype/node"
)

// A scenario breaks a cluster in one particular way, some times over. Each must
// leave a sound cluster sound.
type scenario struct {
	name string
	tune func(*node.Config)
	play func(*world)
}

var (
	cutOffLeader = scenario{name: "cut off the leader", play: func(w *world) {
		w.run(4, 2, 2)
		for range 6 {
			w.upTo(80 * time.Millisecond)
			old := w.leader("")
			w.isolate(old)
			w.leader(old)
			w.upTo(60 * time.Millisecond)
			w.heal()
			w.upTo(150 * time.Millisecond)
		}
	}}

	// slowDisks: entries are with the followers for a while before they are
	// confirmed, so that a lost leader's last messages often survive it.
	slowDisks = scenario{name: "cut off the leader, slow disks", play: func(w *world) {
		for _, d := range w.disks {
			d.slow(15 * time.Millisecond)
		}
		w.run(6, 1, 3)
		for range 8 {
			w.upTo(100 * time.Millisecond)
			old := w.leader("")
			w.isolate(old)
			w.leader(old)
			w.upTo(60 * time.Millisecond)
			w.heal()
			w.upTo(120 * time.Millisecond)
		}
	}}

	// muteLeader: the leader hears that it has a successor while it still waits for
	// the confirmation of what the successor has, too.
	muteLeader = scenario{name: "mute the leader, slow disks", play: func(w *world) {
		for _, d := range w.disks {
			d.slow(15 * time.Millisecond)
		}
		w.run(6, 1, 3)
		for range 8 {
			w.upTo(100 * time.Millisecond)
			old := w.leader("")
			a, b := w.followers(old)
			w.fault(old, fault.Fault{Kind: fault.Cut, Peers: []string{a, b}, Direction: fault.Out})
			w.leader(old)
			w.upTo(60 * time.Millisecond)
			w.heal()
			w.upTo(120 * time.Millisecond)
		}
	}}

	// impatience: sends take longer than clients wait, and are ordered after
	// all.
	impatience = scenario{name: "no majority for longer than clients wait", play: func(w *world) {
		w.run(6, 0, 1)
		for range 4 {
			w.upTo(100 * time.Millisecond)
			a, b := w.followers(w.leader(""))
			w.disks[a].hang()
			w.disks[b].hang()
			w.sleep(900 * time.Millisecond)
			w.disks[a].mend()
			w.disks[b].mend()
			w.sleep(400 * time.Millisecond)
		}
	}}

	powerCut = scenario{name: "power cut of all nodes", play: func(w *world) {
		w.run(6, 0, 1)
		for range 6 {
			for _, d := range w.disks {
				d.slow(time.Duration(1+w.random.IntN(30)) * time.Millisecond)
			}
			w.sleep(50 * time.Millisecond)
			w.upTo(100 * time.Millisecond)
			w.crash(w.cluster.IDs()...)
			w.bringBack(w.cluster.IDs()...)
			w.leader("")
		}
	}}

	// leaderLast: after a power cut the leader comes back when the others have
	// elected one of themselves.
	leaderLast = scenario{name: "power cut of all nodes, the leader comes back last", play: func(w *world) {
		w.run(6, 0, 1)
		for range 6 {
			leader := w.leader("")
			a, b := w.followers(leader)
			w.disks[a].slow(30 * time.Millisecond)
			w.disks[b].slow(30 * time.Millisecond)
			w.sleep(30 * time.Millisecond)
			w.upTo(60 * time.Millisecond)
			w.crash(w.cluster.IDs()...)
			w.disks[a].slow(0)
			w.disks[b].slow(0)
			w.bringBack(a, b)
			w.leader("")
			w.sleep(100 * time.Millisecond)
			w.bringBack(leader)
			w.sleep(200 * time.Millisecond)
		}
	}}

	// oneDiskIsNotTwo: the leader's disk is slow and one follower is cut off, so
	// that whatever the other follower confirms is on one disk alone for a while.
	// Then the leader loses its power, and the other two change places.
	oneDiskIsNotTwo = scenario{name: "power cut of the leader with the slow disk", play: func(w *world) {
		w.run(4, 0, 2)
		reader := w.client("f")
		for range 6 {
			w.heal()
			w.sleep(300 * time.Millisecond)
			leader := w.leader("")
			near, far := w.followers(leader)
			w.isolate(far)
			w.sleep(20 * time.Millisecond)
			w.disks[leader].slow(60 * time.Millisecond)
			w.upTo(100 * time.Millisecond)
			for range 5 {
				w.sleep(2 * time.Millisecond)
				if n := w.cluster.Node(near); n != nil {
					reader.readAt(w.t.Context(), near, n, node.Local)
				}
			}
			w.isolate(near)
			w.disks[leader].slow(0)
			w.crash(leader)
			w.mend(far)
			w.bringBack(leader)
			w.leader("")
			w.sleep(100 * time.Millisecond)
		}
	}}

	snapshots = scenario{name: "restart from snapshots", tune: func(c *node.Config) {
		c.SnapshotThreshold, c.TrailingLogs = 16, 4
	}, play: func(w *world) {
		w.slowly = 8
		w.run(4, 1, 1)
		w.sleep(11 * time.Second) // the library looks at its threshold every 10 to 20 s
		for round := range 3 {
			w.sleep(time.Duration(5*round) * time.Second)
			id := w.cluster.IDs()[w.random.IntN(3)]
			w.crash(id)
			w.sleep(100 * time.Millisecond)
			w.bringBack(id)
			w.sleep(300 * time.Millisecond)
		}
	}}

	hungDisk = scenario{name: "the leader's disk hangs", play: func(w *world) {
		w.run(3, 0, 1)
		for range 2 {
			w.sleep(200 * time.Millisecond)
			leader := w.leader("")
			w.disks[leader].hang()
			w.sleep(1500 * time.Millisecond)
			before := w.recorded()
			w.sleep(500 * time.Millisecond)
			if w.recorded() == before {
				w.found("Availability: nothing was acknowledged for 2 s while one disk of three hung")
			}
			w.disks[leader].mend()
			w.sleep(300 * time.Millisecond)
		}
	}}

	// bitFlip changes a byte of a body in the log of a node that is down. It may
	// refuse to start; it may not serve it.
	bitFlip = scenario{name: "a flipped bit in the log of a node that is down", play: func(w *world) {
		w.run(3, 0, 1)
		w.sleep(200 * time.Millisecond)
		id := w.cluster.IDs()[w.random.IntN(3)]
		w.crash(id)
		w.flip(id)
		w.restart(id)
		w.sleep(300 * time.Millisecond)
	}}

	// votes looks at every moment at which a crash could come between two writes.
	votes = scenario{name: "a crash between any two writes of a vote", play: func(w *world) {
		w.run(1, 0, 0)
		for _, id := range w.cluster.IDs() {
			w.disks[id].watchVotes(w)
		}
		for range 5 {
			old := w.leader("")
			w.isolate(old)
			w.leader(old)
			w.sleep(50 * time.Millisecond)
			w.heal()
			w.sleep(150 * time.Millisecond)
		}
	}}
)

// bringBack starts nodes that must start.
func (w *world) bringBack(ids ...string) {
	for _, id := range ids {
		if err := w.restart(id); err != nil {
			w.found("Recovery: %v", err)
		}
	}
}

// recorded is how many events a history has so far.
func (w *world) recorded() (acknowledged int) {
	for _, e := range w.recorder.Events() {
		if e.Type == "ok" && e.Seq > 0 {
			acknowledged++
		}
	}
	return acknowledged
}

// flip changes one byte of text in the newest entry that holds a message.
func (w *world) flip(id string) {
	store := w.disks[id].store
	last, _ := store.LastIndex()
	for index := last; index > 0; index-- {
		var entry raft.Log
		if store.GetLog(index, &entry) != nil || entry.Type != raft.LogCommand {
			continue
		}
		data := append([]byte(nil), entry.Data...)
		for i := range len(data) - 4 {
			if string(data[i:i+4]) == "body" {
				data[i] = 'B'
				entry.Data = data
				store.StoreLogs([]*raft.Log{&entry})
				return
			}
		}
	}
	w.found("the scenario found no message to damage")
}

// watchVotes reads the vote after each write, as a node would that starts then.
// It has two keys if it was written in two steps: a term whose candidate is still
// that of an older vote.
func (d *disk) watchVotes(w *world) {
	d.votes = func(key string) {
		if key != "LastVoteTerm" {
			return
		}
		term, _ := d.store.GetUint64([]byte("LastVoteTerm"))
		if candidate, err := d.store.Get([]byte("LastVoteCand")); err == nil && len(candidate) > 0 {
			w.found("Votes: after a crash here a node has voted in term %d for %s, which it voted for in an earlier one", term, candidate)
		}
	}
}
