package simulate

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
)

// Fleet is the machines that order: in each zone the same number, and in each zone
// one replica of every shard. A machine takes at most Replicas of them while all
// zones are up.
type Fleet struct {
	Zones, PerZone int
	Replicas       int
	Rate           float64 // messages a second that one machine helps to order
}

// machine is one machine and what is on it.
type machine struct {
	zone   int
	load   float64
	shards []int
}

// Fill is how full the fullest machine is, as a share of its rate.
type Fill struct {
	Before float64 `json:"before"` // all zones up
	After  float64 `json:"after"`  // one zone gone, its replicas filled again on the rest
	// Replicas on the machine that has most of them.
	ReplicasBefore int `json:"replicas_before"`
	ReplicasAfter  int `json:"replicas_after"`
}

// Lose places the shards with their loads, takes the first zone away, and fills its
// replicas again on machines that do not hold the shard yet. With byLoad a replica
// goes to the machine with the least load that has room, and the busiest first;
// without, to any machine that has the fewest replicas.
func (f Fleet) Lose(loads []float64, byLoad bool, seed uint64) (Fill, error) {
	if f.PerZone*f.Replicas < len(loads) {
		return Fill{}, fmt.Errorf("place replicas: %d machines in a zone, with %d replicas each, do not hold %d shards", f.PerZone, f.Replicas, len(loads))
	}
	if (f.Zones-1)*f.PerZone < f.Zones {
		return Fill{}, fmt.Errorf("place replicas: without one zone, %d machines are left for %d replicas of a shard", (f.Zones-1)*f.PerZone, f.Zones)
	}
	random := rand.New(rand.NewPCG(seed, 2))
	machines := make([]*machine, f.Zones*f.PerZone)
	for i := range machines {
		machines[i] = &machine{zone: i / f.PerZone}
	}
	order := random.Perm(len(loads))
	if byLoad {
		slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(loads[b], loads[a]), cmp.Compare(a, b)) })
	}
	place := func(shard, most int, may func(*machine) bool) {
		var best *machine
		for _, at := range random.Perm(len(machines)) {
			m := machines[at]
			if !may(m) || len(m.shards) >= most || slices.Contains(m.shards, shard) {
				continue
			}
			if best == nil || byLoad && m.load < best.load || !byLoad && len(m.shards) < len(best.shards) {
				best = m
			}
		}
		best.shards, best.load = append(best.shards, shard), best.load+loads[shard]
	}
	for _, shard := range order {
		for zone := range f.Zones {
			place(shard, f.Replicas, func(m *machine) bool { return m.zone == zone })
		}
	}
	var fill Fill
	fill.Before, fill.ReplicasBefore = f.fullest(machines)
	machines = machines[f.PerZone:]
	for _, shard := range order {
		place(shard, len(loads), func(*machine) bool { return true })
	}
	fill.After, fill.ReplicasAfter = f.fullest(machines)
	return fill, nil
}

func (f Fleet) fullest(machines []*machine) (load float64, replicas int) {
	for _, m := range machines {
		load, replicas = max(load, m.load/f.Rate), max(replicas, len(m.shards))
	}
	return load, replicas
}
