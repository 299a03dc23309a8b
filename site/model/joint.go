package model

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// jointDraws is how often all inputs are drawn together. With so many, the 5th and
// the 95th percentile are known to a few per cent of their distance.
const jointDraws = 4000

// joint gives the value below which a share of the results lies when all inputs
// that have a range are drawn together, independently. Half of the draws of an
// input lie below its value and half above, evenly in the logarithm where the range
// is above nothing. One seed serves all, so the text does not change by itself.
func (m *Model) joint(name string, share float64) (quantity, error) {
	en := m.entries[name]
	if en == nil || en.expr == nil {
		return quantity{}, fmt.Errorf("%w: %s", errUnknownName, name)
	}
	sorted, ok := m.draws.Load(name)
	if !ok {
		p, runs, err := m.compile(en.expr)
		if err != nil {
			return quantity{}, err
		}
		results := p.draw(m, runs[0])
		if len(results) < jointDraws/2 {
			return quantity{}, fmt.Errorf("draw %s: most draws give no number", name)
		}
		slices.Sort(results)
		sorted, _ = m.draws.LoadOrStore(name, results)
	}
	results := sorted.([]float64)
	return quantity{results[min(len(results)-1, int(share*float64(len(results))))], en.unit.dims}, nil
}

func (p *program) draw(m *Model, result func([]float64) float64) (results []float64) {
	random := rand.New(rand.NewPCG(1, 1))
	type drawn struct {
		slot           int
		low, base, top float64
	}
	var inputs []drawn
	for _, e := range m.byName() {
		if slot, ok := p.inputs[e.name]; ok && e.ranged && e.low < e.high {
			inputs = append(inputs, drawn{slot, e.low, e.value, e.high})
		}
	}
	for range jointDraws {
		values := slices.Clone(p.base)
		for _, in := range inputs {
			from, to := in.base, in.top
			if random.IntN(2) == 0 {
				from, to = in.low, in.base
			}
			at := random.Float64()
			if in.low > 0 {
				values[in.slot] = math.Exp(math.Log(from) + at*(math.Log(to)-math.Log(from)))
			} else {
				values[in.slot] = from + at*(to-from)
			}
		}
		p.compute(values)
		if v := result(values); finite(v) {
			results = append(results, v)
		}
	}
	return results
}

// percentile reads "joint=p95".
func percentile(query string) (share float64, ok bool, err error) {
	text, ok := strings.CutPrefix(query, "joint=")
	if !ok {
		return 0, false, nil
	}
	n, err := strconv.Atoi(strings.TrimPrefix(text, "p"))
	if err != nil || !strings.HasPrefix(text, "p") || n < 1 || n > 99 {
		return 0, true, fmt.Errorf("percentile %q: write joint=p1 to joint=p99, and no other change beside it", text)
	}
	return float64(n) / 100, true, nil
}
