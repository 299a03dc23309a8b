package simulate

import "math"

// Storm is a zone's sockets that come back to the gateways of the others. Each
// gateway accepts so many handshakes a second and refuses the rest; who is refused
// tries again. Sockets are counted and not played one by one, and the attempts at
// one gateway in one second vary by chance, as a normal distribution does.
type Storm struct {
	Sockets  float64
	Gateways float64
	Tokens   float64 // handshakes a second, of all gateways together
	// Spread is the time in seconds over which devices make their first attempt, 0
	// for all at once.
	Spread int
	// Backoff doubles the time in which a device picks the moment of its next
	// attempt, from 2 s to a minute; without, it tries again after a second.
	Backoff bool
}

// Calm is how a storm ended.
type Calm struct {
	Attempts float64 `json:"attempts"`       // for each socket
	Peak     float64 `json:"peak"`           // attempts in the busiest second against what is accepted in one
	Until    float64 `json:"until_s"`        // until 99 % of the sockets are back
	Waited   float64 `json:"refused_once_s"` // mean time that a socket waited since its first attempt
}

const (
	longestBackoff = 60
	backoffs       = 6    // attempts after which the time doubles no more
	stormEnds      = 7200 // seconds
)

// Play counts the storm second by second.
func (s Storm) Play() (c Calm) {
	// due[t][n] sockets make their attempt n+1 in second t.
	due := make([][backoffs]float64, stormEnds+longestBackoff+1)
	for t := range max(s.Spread, 1) {
		due[t][0] = s.Sockets / float64(max(s.Spread, 1))
	}
	back, attempts, waiting := 0.0, 0.0, 0.0
	for t := 0; t < stormEnds && back < 0.99*s.Sockets; t++ {
		now := 0.0
		for _, n := range due[t] {
			now += n
		}
		attempts += now
		c.Peak = max(c.Peak, now/s.Tokens)
		refused := min(now, s.Gateways*above(now/s.Gateways, s.Tokens/s.Gateways))
		back += now - refused
		c.Until = float64(t + 1)
		if now == 0 {
			continue
		}
		for n, sockets := range due[t] {
			again := sockets * refused / now
			longest := 1
			if s.Backoff {
				longest = min(longestBackoff, 2<<n)
			}
			waiting += again * (1 + float64(longest)) / 2
			for wait := 1; wait <= longest; wait++ {
				due[t+wait][min(n+1, backoffs-1)] += again / float64(longest)
			}
		}
	}
	c.Attempts, c.Waited = attempts/s.Sockets, waiting/s.Sockets
	return c
}

// above is how much of something that has a mean, and by chance varies as counts
// do, lies above a limit, on average.
func above(mean, limit float64) float64 {
	if mean == 0 {
		return 0
	}
	deviation := math.Sqrt(mean)
	z := (mean - limit) / deviation
	density := math.Exp(-z*z/2) / math.Sqrt(2*math.Pi)
	return (mean-limit)*math.Erfc(-z/math.Sqrt2)/2 + deviation*density
}
