package model

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"lockstep/site/chart"
)

// Number is the value that dest names, in its base unit, and as it stands in
// prose.
func (m *Model) Number(dest string) (value float64, text string, err error) {
	_, text, ok := m.forms(dest)
	if !ok {
		return 0, "", m.missing(dest)
	}
	if name, ok := strings.CutPrefix(dest, "evidence:"); ok {
		l := m.leaf(name)
		if !l.number {
			return 0, "", fmt.Errorf("%s is %q, and no number", dest, l.text)
		}
		return l.value.value, text, nil
	}
	name, query, _ := strings.Cut(strings.TrimPrefix(dest, "model:"), "?")
	if f := m.flips[name]; f != nil {
		return f.value, text, nil
	}
	q, err := m.whatIf(name, query)
	return q.value, text, err
}

// Histogram is a list of {"up_to_…": limit, "count": n} in evidence, in the unit
// that the name of the limit ends with.
func (m *Model) Histogram(dest string) (bins []chart.Bin, unit string, err error) {
	name, ok := strings.CutPrefix(dest, "evidence:")
	if !ok {
		return nil, "", fmt.Errorf("%s: a histogram is evidence:file#path", dest)
	}
	for i := 0; ; i++ {
		at := name + "." + strconv.Itoa(i)
		count := m.leaf(at + ".count")
		if count == nil {
			break
		}
		var upTo *leaf
		for _, s := range unitSuffixes {
			if l := m.leaf(at + ".up_to" + s.suffix); l != nil {
				upTo, unit = l, s.unit
			}
		}
		if upTo == nil || !upTo.number || !count.number {
			return nil, "", fmt.Errorf("%s: bin %d has no up_to_… or no count", dest, i)
		}
		bins = append(bins, chart.Bin{UpTo: upTo.value.value / upTo.unit.factor, Count: count.value.value})
	}
	if len(bins) == 0 {
		return nil, "", m.missing(dest)
	}
	return bins, unit, nil
}

// Swings are the inputs that move a formula, the strongest first.
func (m *Model) Swings(dest string) (swings []chart.Swing, err error) {
	name, ok := strings.CutPrefix(dest, "model:")
	if !ok || m.entries[name] == nil || m.entries[name].expr == nil {
		return nil, fmt.Errorf("%s: a tornado is of a formula, model:name", dest)
	}
	for _, effect := range m.swings(name) {
		in := m.entries[effect.Input]
		s := chart.Swing{Label: in.what, Low: effect.low, High: effect.high, LowText: effect.Low, HighText: effect.High}
		s.From, _ = formatQuantity(in.low, in.show, in.unit)
		_, s.To = formatQuantity(in.high, in.show, in.unit)
		swings = append(swings, s)
	}
	return swings, nil
}

// Board is a dashboard that a run recorded.
func (m *Model) Board(dest string) (b chart.Board, err error) {
	for _, r := range m.runs {
		if dest == "evidence:"+r.id {
			if err = json.Unmarshal(r.data, &b); err != nil {
				err = fmt.Errorf("%s is no recorded dashboard: %w", dest, err)
			}
			return b, err
		}
	}
	return b, fmt.Errorf("there is no %s: a dashboard is evidence:file", dest)
}

func (m *Model) missing(dest string) error {
	if like := m.Suggest(dest); like != "" {
		return fmt.Errorf("there is no %s; the nearest is %s", dest, like)
	}
	return fmt.Errorf("there is no %s", dest)
}
