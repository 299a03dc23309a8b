package torture

import (
	"math/rand/v2"
	"time"

	"lockstep/prototype/fault"
)

// DrawLosses makes a schedule in which nodes lose what they had stored, once or
// twice. The same arguments give the same schedule.
//
// The first loss is a plain one: everybody else is there. The second one, with three
// nodes, is the worst that a cluster must bear: a is down and misses messages, b
// completes every majority with c and then loses what it had, and a and b are left
// while c, which alone has everything, is down. They must wait for it.
func DrawLosses(seed uint64, losses int, topology fault.Topology) fault.Schedule {
	random := rand.New(rand.NewPCG(seed, 0xd15c))
	s := fault.Schedule{
		Seed: seed, Topology: topology, Lane: "quorum", Duration: fault.Duration(4 * time.Second),
		Load: fault.Load{Rate: 60, Sessions: 8, Conversations: 2 * topology.Shards, Reads: 0.3},
	}
	add := func(at, until time.Duration, target string, f fault.Fault) {
		s.Faults = append(s.Faults, fault.Step{At: fault.Duration(at), Until: fault.Duration(until), Target: target, Fault: f})
	}
	const ms = time.Millisecond
	add(1000*ms, 1700*ms, []string{"leader", "follower"}[random.IntN(2)], drawLoss(random, fault.LosingKinds, topology))
	if losses < 2 {
		return s
	}
	s.Duration = fault.Duration(11 * time.Second)
	if topology.Nodes != 3 {
		add(5000*ms, 6000*ms, "leader", drawLoss(random, fault.LosingKinds, topology))
		return s
	}
	ids := topology.Members()
	random.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	add(5000*ms, 7000*ms, ids[0], fault.Fault{Kind: fault.Kill})
	add(6000*ms, 7000*ms, ids[1], drawLoss(random, lonelyKinds, topology))
	add(6900*ms, 9500*ms, ids[2], fault.Fault{Kind: fault.Kill})
	return s
}

// lonelyKinds are the losses that a node can bear while the only one who remembers
// what it had is down. A whole folder that went back in time cannot be told from one
// that was just left, until somebody is heard who remembers more; and a swap needs
// another node.
var lonelyKinds = []fault.Kind{fault.BitFlip, fault.ZeroTail, fault.CutLog, fault.LoseShard, fault.Wipe}

func drawLoss(random *rand.Rand, kinds []fault.Kind, topology fault.Topology) fault.Fault {
	f := fault.Fault{Kind: kinds[random.IntN(len(kinds))]}
	switch f.Kind {
	case fault.BitFlip:
		f.Seed = random.Uint64()
	case fault.ZeroTail, fault.CutLog, fault.LoseShard:
		f.Shard = random.IntN(topology.Shards)
	}
	return f
}
