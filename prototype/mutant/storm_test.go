package mutant_test

import (
	"time"

	"lockstep/prototype/fault"
	"lockstep/prototype/node"
)

// storm is everything at once: what no single scenario thinks of.
var storm = scenario{name: "everything at once", tune: func(c *node.Config) {
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
