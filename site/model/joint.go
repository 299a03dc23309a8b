package model

import (
	"fmt"
	"strconv"
	"strings"

	"lockstep/site/model/sheet"
)

// joint gives the value below which a share of the results lies when all inputs
// that have a range are drawn together.
func (m *Model) joint(name string, share float64) (quantity, error) {
	en := m.entries[name]
	if en == nil || en.expr == nil {
		return quantity{}, fmt.Errorf("%w: %s", errUnknownName, name)
	}
	sorted, ok := m.draws.Load(name)
	if !ok {
		p, codes, err := m.compile(en.expr)
		if err != nil {
			return quantity{}, err
		}
		results := p.Joint(codes[0], nil)
		if len(results) < sheet.Draws/2 {
			return quantity{}, fmt.Errorf("draw %s: most draws give no number", name)
		}
		sorted, _ = m.draws.LoadOrStore(name, results)
	}
	return quantity{sheet.Percentile(sorted.([]float64), share), en.unit.dims}, nil
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
