package mutant_test

import (
	"time"

	"lockstep/prototype/fault"
	"lockstep/prototype/node"
	"lockstep/prototype/order"
)

// Scenarios that try to make a read stale.
var (
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

	// handover: the request to take over is on its way for a while, during which the
	// third node confirms the leader, and the leader does not learn that it was obeyed.
	handover = scenario{name: "read at a leader that hands over", play: func(w *world) {
		w.run(0, 0, 0)
		for range 6 {
			w.heal()
			w.sleep(2500 * time.Millisecond) // the last handover has ended
			leader := w.leader("")
			heir, _ := w.inOrder(leader)
			before := w.client("before")
			before.pursue(w.t.Context(), before.next())
			w.sleep(100 * time.Millisecond)
			w.fault(leader, fault.Fault{Kind: fault.Delay, Peers: []string{heir}, Direction: fault.Out, Delay: fault.Duration(40 * time.Millisecond)})
			w.fault(leader, fault.Fault{Kind: fault.Drop, Peers: []string{heir}, Direction: fault.In, Probability: 1})
			w.transfer(leader)
			w.sleep(20 * time.Millisecond)
			w.client("proof").readAt(w.t.Context(), leader, w.cluster.Node(leader), node.Linearizable)
			after := w.client("after")
			w.load.Go(func() { after.pursue(w.t.Context(), after.next()) })
			w.hammer(leader, node.Leader, 60)
		}
	}}

	// lateHandover: the request to take over arrives when the third node leads, in a
	// later term.
	lateHandover = scenario{name: "a request to take over arrives a term late", play: func(w *world) {
		w.run(0, 0, 0)
		const held = 4 * time.Second
		for range 4 {
			w.heal()
			w.sleep(time.Second)
			leader := w.leader("")
			late, other := w.inOrder(leader)
			w.fault(late, fault.Fault{Kind: fault.Delay, Peers: []string{leader}, Direction: fault.In, Delay: fault.Duration(held)})
			w.transfer(leader)
			w.sleep(2500 * time.Millisecond)
			newest := w.client("newest")
			newest.pursue(w.t.Context(), newest.next())
			w.isolate(leader)
			w.mend(late)
			w.sleep(500 * time.Millisecond)
			w.mend(leader)
			w.sleep(held - 3030*time.Millisecond)
			w.fault(other, fault.Fault{Kind: fault.Drop, Peers: []string{late}, Probability: 1})
			w.sleep(20 * time.Millisecond)
			w.client("proof").readAt(w.t.Context(), other, w.cluster.Node(other), node.Linearizable)
			after := w.client("after")
			w.load.Go(func() { after.pursue(w.t.Context(), after.next()) })
			w.hammer(other, node.Leader, 60)
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
)

// inOrder are the nodes beside a leader: the one that it hands over to, and the other.
func (w *world) inOrder(leader string) (heir, other string) {
	a, b := w.followers(leader)
	return min(a, b), max(a, b)
}

// transfer has a leader ask its heir to take over, and does not wait for the end of it.
func (w *world) transfer(leader string) {
	n := w.cluster.Node(leader)
	heir, _ := w.inOrder(leader)
	w.load.Go(func() { n.Fault(fault.Fault{Kind: fault.Transfer, Peers: []string{heir}}) }) // it may fail
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
