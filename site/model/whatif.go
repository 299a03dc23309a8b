package model

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"lockstep/site/model/sheet"
)

// unitPrefix begins the name of one unit of something: unit.node, unit.TB.
// With it a formula says "10 TB", or what one node does.
const unitPrefix = "unit."

// evaluator computes values under changed inputs. It is used by one goroutine.
type evaluator struct {
	m       *Model
	changed map[string]float64 // base units, by input
	done    map[string]quantity
	active  map[string]bool
}

func (m *Model) evaluator(changed map[string]float64) *evaluator {
	return &evaluator{m: m, changed: changed, done: map[string]quantity{}, active: map[string]bool{}}
}

// value computes name and what it needs.
func (e *evaluator) value(name string) (quantity, error) {
	if q, ok := e.done[name]; ok {
		return q, nil
	}
	if l, ok := e.m.evidence[name]; ok && l.number {
		return l.value, nil
	}
	if symbol, ok := strings.CutPrefix(name, unitPrefix); ok {
		u, err := parseUnit(symbol)
		return quantity{u.factor, u.dims}, err
	}
	en := e.m.entries[name]
	if en == nil {
		return quantity{}, fmt.Errorf("%w: %s", errUnknownName, name)
	}
	if en.expr == nil {
		q := quantity{en.value, en.unit.dims}
		if v, ok := e.changed[name]; ok {
			q.value = v
		}
		return q, nil
	}
	if e.active[name] {
		return quantity{}, fmt.Errorf("%s needs itself", name)
	}
	e.active[name] = true
	q, err := en.expr.eval(e.value)
	delete(e.active, name)
	if err != nil {
		return q, err
	}
	if !q.dims.equal(en.unit.dims) {
		return q, &unitError{name: name, declared: en.unit, derived: q.dims}
	}
	e.done[name] = q
	return q, nil
}

// forms gives the value of a destination as a number alone and with its unit.
func (m *Model) forms(dest string) (number, full string, ok bool) {
	if name, ok := strings.CutPrefix(dest, "evidence:"); ok {
		l := m.leaf(name)
		if l == nil {
			return "", "", false
		}
		number, full = l.forms()
		return number, full, true
	}
	name, ok := strings.CutPrefix(dest, "model:")
	if !ok {
		return "", "", false
	}
	name, query, _ := strings.Cut(name, "?")
	if f := m.flips[name]; f != nil && query == "" {
		return f.forms(m)
	}
	en := m.entries[name]
	if en == nil {
		return "", "", false
	}
	q, err := m.whatIf(name, query)
	if err != nil {
		return "", "", false
	}
	number, full = formatQuantity(q.value, en.show, en.unit)
	return number, full, true
}

// whatIf computes a value under the changes of a query.
func (m *Model) whatIf(name, query string) (quantity, error) {
	if q, ok := m.base[name]; ok && query == "" {
		return q, nil
	}
	if share, ok, err := percentile(query); err != nil {
		return quantity{}, err
	} else if ok {
		return m.joint(name, share)
	}
	changed, err := m.changes(query)
	if err != nil {
		return quantity{}, err
	}
	return m.evaluator(changed).value(name)
}

// changes reads "sockets.per_gateway=low&room.online=100k".
func (m *Model) changes(query string) (map[string]float64, error) {
	if query == "" {
		return nil, nil
	}
	changed := map[string]float64{}
	for part := range strings.SplitSeq(query, "&") {
		name, text, _ := strings.Cut(part, "=")
		en := m.entries[name]
		if en == nil || en.expr != nil {
			return nil, fmt.Errorf("change input: %q is no input", name)
		}
		switch {
		case text == "low" && en.ranged:
			changed[name] = en.low
		case text == "high" && en.ranged:
			changed[name] = en.high
		default:
			v, err := parseNumber(text)
			if err != nil {
				return nil, fmt.Errorf("change input %s: %w", name, err)
			}
			changed[name] = v * en.unit.factor
		}
	}
	return changed, nil
}

// Effect says how a value moves when one input alone goes to the ends of its
// range. The values are texts as in [Model.Value].
type Effect struct {
	Input     string
	Low, High string  // the value with the input at its low and at its high end
	Swing     float64 // the distance between the two, as a share of the base value
}

// swing is an effect with its values in base units.
type swing struct {
	Effect
	low, high float64
}

// Sensitivity lists the inputs with a range that move the named value, the
// strongest first: a tornado diagram as a table.
func (m *Model) Sensitivity(name string) (effects []Effect) {
	for _, s := range m.swings(name) {
		effects = append(effects, s.Effect)
	}
	return effects
}

func (m *Model) swings(name string) []swing {
	en := m.entries[name]
	if en == nil || en.expr == nil {
		return nil
	}
	p, codes, err := m.compile(en.expr)
	if err != nil {
		return nil
	}
	at := func(cell int, value float64) float64 {
		values := p.Values()
		if cell >= 0 {
			values[cell] = value
		}
		p.Run(values, nil)
		return codes[0].Run(values)
	}
	base := at(-1, 0)
	var effects []swing
	for _, input := range m.byName() {
		cell, needed := p.cells[input.name]
		if !needed || !input.ranged {
			continue
		}
		low, high := at(cell, input.low), at(cell, input.high)
		if !sheet.Finite(low) || !sheet.Finite(high) || low == high && low == base {
			continue
		}
		effect := swing{Effect{Input: input.name, Swing: math.Abs(high-low) / math.Abs(base)}, low, high}
		_, effect.Low = formatQuantity(low, en.show, en.unit)
		_, effect.High = formatQuantity(high, en.show, en.unit)
		effects = append(effects, effect)
	}
	slices.SortStableFunc(effects, func(a, b swing) int { return cmp.Compare(b.Swing, a.Swing) })
	return effects
}
