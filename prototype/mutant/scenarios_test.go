package mutant_test

import (
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/fault"
	"lockstep/prototype/node"
	"lockstep/prototype/order"
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

	// quickVoter: a follower that hears from nobody stands for election as soon as
	// another one agrees. The other one restarts while the leader, just now cut off,
	// still has the lease that it gave. The logs are equal, or the follower that may
	// not stand yet would be the better one.
	quickVoter = scenario{name: "a voter restarts within a lease", play: func(w *world) {
		w.run(0, 0, 0)
		for range 6 {
			w.heal()
			w.sleep(400 * time.Millisecond)
			leader := w.leader("")
			near, far := w.followers(leader)
			if near < far {
				near, far = far, near
			}
			before := w.client("before")
			before.pursue(w.t.Context(), before.next())
			w.sleep(100 * time.Millisecond)
			w.cut(leader, far)
			w.sleep(250 * time.Millisecond)
			w.client("proof").readAt(w.t.Context(), leader, w.cluster.Node(leader), node.Linearizable)
			w.crash(near)
			w.isolate(leader)
			w.bringBack(near)
			c := w.client("after")
			w.load.Go(func() { c.pursue(w.t.Context(), c.next()) })
			w.hammer(leader, node.Leader, 60)
		}
	}}

	staleReads = scenario{name: "read at a leader that is cut off", play: func(w *world) {
		w.run(4, 0, 1)
		for i := range 10 {
			w.heal()
			w.sleep(250 * time.Millisecond)
			leader := w.leader("")
			w.isolate(leader)
			w.hammer(leader, []node.Level{node.Leader, node.Linearizable}[i%2], 120)
		}
	}}

	// lateAnswers: what the leader hears is old. It is muted, and while it still
	// hears that all follow it, they follow another.
	lateAnswers = scenario{name: "read at a leader that hears old answers", play: func(w *world) {
		w.run(4, 0, 0)
		for range 3 {
			w.heal()
			w.sleep(400 * time.Millisecond)
			leader := w.leader("")
			w.fault(leader, fault.Fault{Kind: fault.Delay, Delay: fault.Duration(200 * time.Millisecond), Direction: fault.In})
			w.sleep(600 * time.Millisecond)
			w.load.Go(func() { w.hammer(leader, node.Linearizable, 150) })
			w.sleep(100 * time.Millisecond)
			w.fault(leader, fault.Fault{Kind: fault.Drop, Probability: 1, Direction: fault.Out})
			w.sleep(400 * time.Millisecond)
		}
	}}

	// loneSuspicion: one follower hears no leader, and the other has just confirmed
	// it when the leader is cut off from both.
	loneSuspicion = scenario{name: "one follower suspects the leader before the other", play: func(w *world) {
		w.run(0, 0, 0)
		for range 6 {
			w.heal()
			w.sleep(400 * time.Millisecond)
			leader := w.leader("")
			_, far := w.followers(leader)
			before := w.client("before")
			before.pursue(w.t.Context(), before.next())
			w.sleep(100 * time.Millisecond)
			w.cut(leader, far)
			w.sleep(100 * time.Millisecond)
			w.client("proof").readAt(w.t.Context(), leader, w.cluster.Node(leader), node.Linearizable)
			w.isolate(leader)
			after := w.client("after")
			w.load.Go(func() { after.pursue(w.t.Context(), after.next()) })
			w.hammer(leader, node.Leader, 60)
		}
	}}

	// newLeader: a leader is cut off at the moment at which it acknowledges, before
	// it can tell anybody of the commit; slow disks make the new one wait for its
	// first commit, and readers do not.
	newLeader = scenario{name: "read at a leader that is new", play: func(w *world) {
		for _, d := range w.disks {
			d.slow(20 * time.Millisecond)
		}
		w.run(2, 0, 2)
		for range 5 {
			w.sleep(300 * time.Millisecond)
			leader := w.leader("")
			a, b := w.followers(leader)
			c, n := w.client("now"), w.cluster.Node(leader)
			if n == nil {
				continue // found already
			}
			m := c.next()
			op := c.invoke(leader, m)
			results, err := n.Submit(w.t.Context(), room, []order.Command{m})
			w.isolate(leader)
			c.ended(op, results, err)
			for range 100 {
				w.hammer(a, node.Linearizable, 1)
				w.hammer(b, node.Linearizable, 1)
			}
			w.heal()
		}
	}}

	laggingFollower = scenario{name: "read at a follower that lags", play: func(w *world) {
		w.run(4, 0, 4)
		for range 6 {
			a, b := w.followers(w.leader(""))
			w.disks[a].slow(30 * time.Millisecond)
			w.cut(a, b)
			w.sleep(150 * time.Millisecond)
			w.disks[a].slow(0)
			w.heal()
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

	// storm is everything at once. It hunts nothing in particular.
	storm = scenario{name: "everything at once", tune: func(c *node.Config) {
		c.SnapshotThreshold, c.TrailingLogs = 64, 16
	}, play: func(w *world) {
		w.slowly = 3
		w.run(4, 2, 3)
		for range 40 {
			w.upTo(250 * time.Millisecond)
			w.strike()
		}
		w.bringBack(w.down()...)
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

// strike does something to one node.
func (w *world) strike() {
	id := w.cluster.IDs()[w.random.IntN(3)]
	if down := w.down(); len(down) > 0 && (len(down) > 1 || w.random.IntN(3) == 0) {
		w.bringBack(down...)
		return
	}
	direction := []fault.Direction{fault.Both, fault.In, fault.Out}[w.random.IntN(3)]
	delay := fault.Duration(time.Duration(1+w.random.IntN(150)) * time.Millisecond)
	peer, _ := w.followers(id)
	switch w.random.IntN(13) {
	case 0:
		w.isolate(id)
	case 1:
		w.fault(id, fault.Fault{Kind: fault.Cut, Peers: []string{peer}, Direction: direction})
	case 2:
		w.fault(id, fault.Fault{Kind: fault.Drop, Probability: 0.3, Direction: direction, Seed: w.seed})
	case 3:
		w.fault(id, fault.Fault{Kind: fault.Duplicate, Probability: 0.3, Direction: direction, Seed: w.seed})
	case 4:
		w.fault(id, fault.Fault{Kind: fault.Reorder, Probability: 0.3, Delay: delay, Direction: direction, Seed: w.seed})
	case 5:
		w.fault(id, fault.Fault{Kind: fault.Jitter, Delay: delay, Direction: direction, Seed: w.seed})
	case 6:
		w.fault(id, fault.Fault{Kind: fault.Flap, Period: delay, Direction: direction})
	case 7, 8:
		w.disks[id].slow(time.Duration(w.random.IntN(60)) * time.Millisecond)
	case 9:
		w.disks[id].hang()
		w.upTo(600 * time.Millisecond)
		w.disks[id].mend()
	case 10:
		if w.cluster.Node(id) != nil {
			w.crash(id)
		}
	default:
		w.heal()
	}
}

// down lists the nodes that do not run.
func (w *world) down() (ids []string) {
	for _, id := range w.cluster.IDs() {
		if w.cluster.Node(id) == nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// bringBack starts nodes that must start.
func (w *world) bringBack(ids ...string) {
	for _, id := range ids {
		if err := w.restart(id); err != nil {
			w.found("Recovery: %v", err)
		}
	}
}

// hammer reads at one node without a pause.
func (w *world) hammer(id string, level node.Level, times int) {
	c := w.client("h")
	for range times {
		w.sleep(2 * time.Millisecond)
		if n := w.cluster.Node(id); n != nil {
			w.load.Go(func() { c.fork().readAt(w.t.Context(), id, n, level) })
		}
	}
}

// fork is another client that has seen nothing.
func (c *client) fork() *client { return &client{world: c.world, name: c.name} }

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
