package sheet

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Draws is how often all inputs are drawn together. With so many, the 5th and the
// 95th percentile are known to a few per cent of their distance.
const Draws = 4000

// Joint computes code with all inputs that have a range drawn together,
// independently, and gives the results sorted, without those that are no finite
// numbers. Half of the draws of an input lie below its value and half above, evenly
// in the logarithm where the range is above nothing. What a scenario has changed is
// not drawn. One seed serves all, so the text does not change by itself.
func (s *Sheet) Joint(code Code, scenario Scenario) (results []float64) {
	random := rand.New(rand.NewPCG(1, 1))
	inputs, formulas := s.Below(code)
	base := s.Values()
	scenario.apply(base)
	values := make([]float64, len(base))
	for range Draws {
		copy(values, base)
		for _, i := range inputs {
			in := &s.Cells[i]
			if !in.Ranged() {
				continue
			}
			from, to := in.Value, in.High
			if random.IntN(2) == 0 {
				from, to = in.Low, in.Value
			}
			at := random.Float64()
			switch _, fixed := scenario[i]; {
			case fixed:
			case in.Low > 0:
				values[i] = math.Exp(math.Log(from) + at*(math.Log(to)-math.Log(from)))
			default:
				values[i] = from + at*(to-from)
			}
		}
		s.Run(values, formulas)
		if v := code.Run(values); Finite(v) {
			results = append(results, v)
		}
	}
	slices.Sort(results)
	return results
}

// Percentile is the value below which a share of sorted results lies.
func Percentile(results []float64, share float64) float64 {
	return results[min(len(results)-1, int(share*float64(len(results))))]
}

// Finite says whether v is a number that can be shown.
func Finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
