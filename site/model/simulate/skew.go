package simulate

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Rooms is a population of conversations by Zipf's law: the room of rank k sends in
// proportion to k to the power of minus Exponent. With 0 all are alike.
type Rooms struct {
	Count    float64 // conversations
	Exponent float64
	Rate     float64 // messages a second, of all of them together
	Limit    float64 // messages a second that one of them may send, 0 for no limit
}

// ranked is how many rooms are placed one by one. What follows them is so many and
// so small that their sum on a shard is drawn as a whole, from the normal
// distribution of a sum.
const ranked = 100_000

// Hot is the rate of the busiest room, before its limit.
func (r Rooms) Hot() float64 { return r.Rate / r.sum(r.Exponent, 0) }

// Refused is the share of all sends that the limit refuses, and Limited the number
// of rooms that are at it.
func (r Rooms) Refused() (share float64, limited int) {
	if r.Limit == 0 {
		return 0, 0
	}
	hot := r.Hot()
	for k := 1; k <= ranked; k++ {
		rate := hot * math.Pow(float64(k), -r.Exponent)
		if rate <= r.Limit {
			break
		}
		share += (rate - r.Limit) / r.Rate
		limited++
	}
	return share, limited
}

// sum is that of k to the minus exponent for the ranks above from: exact for the
// first, by the integral between the middles of ranks for the rest.
func (r Rooms) sum(exponent float64, from int) float64 {
	total := 0.0
	for k := from + 1; k <= ranked; k++ {
		total += math.Pow(float64(k), -exponent)
	}
	first, last := float64(max(from, ranked))+0.5, r.Count+0.5
	if math.Abs(exponent-1) < 1e-9 {
		return total + math.Log(last/first)
	}
	return total + (math.Pow(last, 1-exponent)-math.Pow(first, 1-exponent))/(1-exponent)
}

// Loads places the rooms on slots by a hash that depends on seed, and gives each of
// the shards an equal run of slots. The result is in messages a second, by shard.
func (r Rooms) Loads(slots, shards int, seed uint64) []float64 {
	random := rand.New(rand.NewPCG(seed, uint64(shards)))
	hot := r.Hot()
	loads := make([]float64, shards)
	for k := 1; k <= ranked; k++ {
		rate := hot * math.Pow(float64(k), -r.Exponent)
		if r.Limit > 0 {
			rate = min(rate, r.Limit)
		}
		loads[random.IntN(slots)*shards/slots] += rate
	}
	rest, squares := hot*r.sum(r.Exponent, ranked), hot*hot*r.sum(2*r.Exponent, ranked)
	for i := range loads {
		// The slots s with s·shards/slots = i, rounded down.
		first, last := (i*slots+shards-1)/shards, ((i+1)*slots+shards-1)/shards
		share := float64(last-first) / float64(slots)
		loads[i] += max(0, rest*share+random.NormFloat64()*math.Sqrt(squares*share*(1-share)))
	}
	return loads
}

// Spread is the load of the largest shard against the mean of all, over a number of
// trials with other hashes.
type Spread struct {
	Median  float64 `json:"p50"`
	Largest float64 `json:"max"`
}

// Spread hashes the rooms trials times.
func (r Rooms) Spread(slots, shards, trials int, seed uint64) Spread {
	ratios := make([]float64, trials)
	for i := range ratios {
		loads := r.Loads(slots, shards, seed+uint64(i))
		sum := 0.0
		for _, load := range loads {
			sum += load
		}
		ratios[i] = slices.Max(loads) / (sum / float64(shards))
	}
	slices.Sort(ratios)
	return Spread{Median: ratios[trials/2], Largest: ratios[trials-1]}
}
