package torture

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"lockstep/prototype/fault"
)

// Draw makes a schedule in which leaders fail so many times, one after the other,
// while smaller troubles come and go. The same arguments give the same schedule.
func Draw(seed uint64, failures int, topology fault.Topology) fault.Schedule {
	random := rand.New(rand.NewPCG(seed, 0x7071))
	s := fault.Schedule{
		Seed: seed, Topology: topology, Lane: "quorum",
		Load: fault.Load{Rate: 25 * float64(topology.Shards), Sessions: 5 * topology.Shards, Conversations: 2 * topology.Shards, Reads: 0.3},
	}
	at := 400 * time.Millisecond
	between := func(low, high time.Duration) time.Duration {
		return low + time.Duration(random.Int64N(int64(high-low)))
	}
	for done := 0; done < failures; done++ {
		f := drawFailure(random, topology)
		step := fault.Step{At: fault.Duration(at), Target: "leader-of-shard:" + strconv.Itoa(random.IntN(topology.Shards)), Fault: f}
		end := at + between(700*time.Millisecond, 1000*time.Millisecond)
		if f.Kind == fault.Pause {
			end += between(0, 3*time.Second) // some sleep longer than their lease
		}
		if f.Kind != fault.Transfer && f.Kind != fault.Restart {
			step.Until = fault.Duration(end)
		} else {
			end = at + settle
		}
		s.Faults = append(s.Faults, step)
		if done+1 < failures && slices.Contains(downs, f.Kind) && random.IntN(4) == 0 {
			shard := strings.TrimPrefix(step.Target, "leader-of-shard:")
			next := fault.Step{At: fault.Duration(at + 350*time.Millisecond), Target: "successor-of-shard:" + shard, Fault: fault.Fault{Kind: downs[random.IntN(len(downs))]}}
			end += between(700*time.Millisecond, 1000*time.Millisecond)
			next.Until = fault.Duration(end)
			s.Faults = append(s.Faults, next)
			done++
		}
		if random.IntN(4) == 0 {
			end += 200 * time.Millisecond // for the failed node to be back
			trouble := fault.Step{At: fault.Duration(end)}
			trouble.Target, trouble.Fault = drawTrouble(random, topology)
			end += between(100*time.Millisecond, 400*time.Millisecond)
			if trouble.Kind != fault.Snapshot {
				trouble.Until = fault.Duration(end)
			}
			s.Faults = append(s.Faults, trouble)
		}
		at = end + between(200*time.Millisecond, 500*time.Millisecond)
	}
	s.Duration = fault.Duration(at + time.Second)
	return s
}

// downs are the failures after which a leader is back, and its successor may fail at
// that moment.
var downs = []fault.Kind{fault.Kill, fault.PowerLoss, fault.TornTail}

// drawFailure is something that takes a leader's lead.
func drawFailure(random *rand.Rand, topology fault.Topology) fault.Fault {
	seed := random.Uint64()
	switch random.IntN(13) {
	case 0, 1:
		return fault.Fault{Kind: fault.Kill}
	case 2:
		return fault.Fault{Kind: fault.PowerLoss}
	case 3:
		return fault.Fault{Kind: fault.TornTail, Seed: seed}
	case 4:
		return fault.Fault{Kind: fault.Restart}
	case 5:
		return fault.Fault{Kind: fault.Transfer}
	case 6:
		return fault.Fault{Kind: fault.HungDisk}
	case 7:
		return fault.Fault{Kind: fault.FailingDisk}
	case 8:
		return fault.Fault{Kind: fault.FullDisk}
	case 9:
		return fault.Fault{Kind: fault.Drop, Probability: 1, Direction: fault.Out, Seed: seed}
	case 10:
		return fault.Fault{Kind: fault.Pause}
	case 11:
		return fault.Fault{Kind: fault.Cut, Peers: topology.Members(), Direction: fault.Out}
	}
	return fault.Fault{Kind: fault.Isolate}
}

// drawTrouble is something that a cluster should hardly notice, at a place where
// it is sure to be felt.
func drawTrouble(random *rand.Rand, topology fault.Topology) (target string, _ fault.Fault) {
	seed := random.Uint64()
	ms := func(n int) fault.Duration { return fault.Duration(time.Duration(1+random.IntN(n)) * time.Millisecond) }
	switch random.IntN(16) {
	case 0:
		return "leader", fault.Fault{Kind: fault.Drop, Probability: 0.1 + 0.2*random.Float64(), Seed: seed}
	case 1:
		return "leader", fault.Fault{Kind: fault.Duplicate, Probability: 0.5, Seed: seed}
	case 2:
		return "follower", fault.Fault{Kind: fault.Delay, Delay: ms(40)}
	case 3:
		return "leader", fault.Fault{Kind: fault.Jitter, Delay: ms(20), Seed: seed}
	case 4:
		return "leader", fault.Fault{Kind: fault.Reorder, Probability: 0.3, Delay: ms(20), Seed: seed}
	case 5:
		return "follower", fault.Fault{Kind: fault.Flap, Period: ms(40)}
	case 6:
		return "leader", fault.Fault{Kind: fault.SlowDisk, Delay: ms(40)}
	case 7:
		return "leader", fault.Fault{Kind: fault.Rate, Rate: float64(slowLine + random.IntN(10*slowLine))}
	case 8:
		return "leader", fault.Fault{Kind: fault.Latency, Delay: ms(40)}
	case 9:
		return "follower", fault.Fault{Kind: fault.HungDisk}
	case 10:
		return "follower", fault.Fault{Kind: fault.FailingDisk}
	case 11:
		return "follower", fault.Fault{Kind: fault.FullDisk}
	case 12:
		return "leader", fault.Fault{Kind: fault.ClockRate, Rate: 0.91 + 0.18*random.Float64()} // within [node.Config.ClockDrift]
	case 13:
		return "leader", fault.Fault{Kind: fault.Snapshot}
	case 14:
		return "leader", fault.Fault{Kind: fault.Cut, Peers: topology.Members(), Direction: fault.In}
	}
	return "leader", fault.Fault{Kind: fault.ClockJump, By: fault.Duration(random.Int64N(int64(2*time.Hour))) - fault.Duration(time.Hour)}
}

// slowLine, in bytes a second, is a line that the load of a drawn schedule and the
// heartbeats beside it nearly fill.
const slowLine = 30_000

// DrawOneByOne makes a schedule for [Options].OneByOne, in which leaders are struck so
// many times by faults of these kinds, each with an end. The same arguments give the same
// schedule.
func DrawOneByOne(seed uint64, failures int, kinds []fault.Kind, topology fault.Topology, load fault.Load) fault.Schedule {
	random := rand.New(rand.NewPCG(seed, 0))
	s := fault.Schedule{Seed: seed, Topology: topology, Lane: "quorum", Duration: fault.Duration(time.Duration(failures+1) * time.Second), Load: load}
	for i := range failures {
		at := time.Duration(i) * time.Second
		step := fault.Step{
			At: fault.Duration(at), Until: fault.Duration(at + time.Duration(300+random.IntN(500))*time.Millisecond),
			Target: "leader-of-shard:" + strconv.Itoa(random.IntN(topology.Shards)),
			Fault:  fault.Fault{Kind: kinds[random.IntN(len(kinds))]},
		}
		switch step.Kind {
		case fault.Rate:
			step.Rate = load.Rate * 1000
		case fault.Latency:
			step.Delay = fault.Duration(20 * time.Millisecond)
		}
		s.Faults = append(s.Faults, step)
	}
	return s
}
