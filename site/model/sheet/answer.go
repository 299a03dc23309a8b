package sheet

import (
	"errors"
	"strconv"
	"strings"
)

// State is a sheet under a scenario, at first the empty one. It is used by one
// goroutine.
type State struct {
	sheet        *Sheet
	scenario     Scenario
	base, values []float64
	// What takes long: joint draws by cell, without the scenario and under it, and
	// where flips are without it.
	drawnBase, drawn map[int][]float64
	flipBase         map[string]flipped
}

type flipped struct {
	value float64
	found bool
}

// State computes the sheet.
func (s *Sheet) State() *State {
	st := &State{sheet: s, base: s.Values(), drawnBase: map[int][]float64{}, flipBase: map[string]flipped{}}
	s.Run(st.base, nil)
	st.Set(nil)
	return st
}

// Set computes the sheet under a scenario.
func (st *State) Set(scenario Scenario) {
	st.scenario, st.values, st.drawn = scenario, st.sheet.Values(), map[int][]float64{}
	scenario.apply(st.values)
	st.sheet.Run(st.values, nil)
}

// Answer is a value under a scenario, beside the one without.
type Answer struct {
	BaseNumber, BaseFull string // as in prose, alone and with its unit
	Number, Full         string
	Value                float64 // in base units
	Difference           string  // "+12 %", "" where nothing differs
}

var errNoNumber = errors.New("it is no finite number")

// Answer computes what a destination of package model names: "cost.total",
// "cost.total?shard.replicas=5", "cost.total?joint=p95", or the name of a flip or of an
// assertion.
func (st *State) Answer(dest string) (a Answer, err error) {
	name, query, _ := strings.Cut(dest, "?")
	for _, f := range st.sheet.Flips {
		if f.Name == name && query == "" {
			return st.flip(f)
		}
	}
	for _, t := range st.sheet.Tests {
		if t.Name == name && name != "" && query == "" {
			return st.test(t), nil
		}
	}
	i := st.sheet.Index(name)
	if i < 0 {
		return a, errors.New("the model has no " + name)
	}
	unit := st.sheet.Cells[i].Unit
	base, err := st.value(i, query, false)
	if err != nil {
		return a, err
	}
	if a.Value, err = st.value(i, query, true); err != nil {
		return a, err
	}
	a.BaseNumber, a.BaseFull = unit.Write(base)
	a.Number, a.Full = unit.Write(a.Value)
	if a.Number != a.BaseNumber {
		a.Difference = difference(base, a.Value, unit)
	}
	return a, nil
}

func (st *State) value(i int, query string, changed bool) (v float64, err error) {
	values := st.base
	if changed {
		values = st.values
	}
	switch share, isJoint := strings.CutPrefix(query, "joint=p"); {
	case isJoint:
		n, err := strconv.Atoi(share)
		results := st.joint(i, changed)
		if err != nil || n < 1 || n > 99 || len(results) < Draws/2 {
			return 0, errNoNumber
		}
		v = Percentile(results, float64(n)/100)
	case query != "":
		values = st.sheet.Values()
		if changed {
			st.scenario.apply(values)
		}
		if err := st.sheet.change(values, query); err != nil {
			return 0, err
		}
		st.sheet.Run(values, nil)
		v = values[i]
	default:
		v = values[i]
	}
	if !Finite(v) {
		return 0, errNoNumber
	}
	return v, nil
}

func (st *State) joint(i int, changed bool) []float64 {
	drawn, scenario := st.drawnBase, Scenario(nil)
	if changed && len(st.scenario) > 0 {
		drawn, scenario = st.drawn, st.scenario
	}
	if _, ok := drawn[i]; !ok {
		drawn[i] = st.sheet.Joint(Code{Take(i)}, scenario)
	}
	return drawn[i]
}

// change reads "sockets.per_gateway=low&room.online=100k" into values.
func (s *Sheet) change(values []float64, query string) error {
	for part := range strings.SplitSeq(query, "&") {
		name, text, _ := strings.Cut(part, "=")
		i := s.Index(name)
		if i < 0 || s.Cells[i].Code != nil {
			return errors.New(name + " is no input")
		}
		switch c := s.Cells[i]; {
		case text == "low" && c.Ranged():
			values[i] = c.Low
		case text == "high" && c.Ranged():
			values[i] = c.High
		default:
			v, err := Parse(text)
			if err != nil {
				return err
			}
			values[i] = v * c.Unit.Factor
		}
	}
	return nil
}

// test is an assertion: both sides, and whether it holds where they differ.
func (st *State) test(t Test) (a Answer) {
	a.BaseFull, a.Full = t.write(st.base), t.write(st.values)
	a.BaseNumber, a.Number = a.BaseFull, a.Full
	switch {
	case a.Full == a.BaseFull:
	case t.Holds(st.values):
		a.Difference = "holds"
	default:
		a.Difference = Broken
	}
	return a
}

// Broken is the difference of an assertion that does not hold.
const Broken = "broken"

// flip: where a decision flips is a value of the input. What has flipped already, or
// flips nowhere, is said in words.
func (st *State) flip(f Flip) (a Answer, err error) {
	unit := st.sheet.Cells[f.Input].Unit
	unit.Digits = 3
	base, ok := st.flipBase[f.Name]
	if !ok {
		base.value, base.found = st.sheet.Find(f, st.base)
		st.flipBase[f.Name] = base
	}
	if !base.found {
		return a, errNoNumber
	}
	a.BaseNumber, a.BaseFull = unit.Write(base.value)
	if !f.Test.Holds(st.values) {
		a.Number, a.Full, a.Difference = "flipped", "flipped", "the decision would be another"
		return a, nil
	}
	var found bool
	if a.Value, found = st.sheet.Find(f, st.values); !found {
		a.Number, a.Full, a.Difference = "never", "never", "no value of the input would change it"
		return a, nil
	}
	a.Number, a.Full = unit.Write(a.Value)
	if a.Number != a.BaseNumber {
		a.Difference = difference(base.value, a.Value, unit)
	}
	return a, nil
}

// difference says how far a value is from its base: in per cent, times, or points
// where it is a share itself.
func difference(base, v float64, unit Unit) string {
	sign := "+"
	if v < base {
		sign = "−"
	}
	gap := v - base
	if gap < 0 {
		gap = -gap
	}
	switch {
	case unit.Text == "%":
		return sign + Format(gap/unit.Factor, 2) + " points"
	case base <= 0 || v <= 0:
		u := unit
		u.Digits = 2
		_, full := u.Write(gap)
		return sign + full
	case v/base >= 10:
		return "× " + Format(v/base, 2)
	case gap/base < 0.0005:
		return sign + "less than 0.1 %"
	}
	return sign + Format(100*gap/base, 2) + " %"
}

// Verdict is a test whose answer a scenario changes, or an assertion that is broken.
type Verdict struct {
	Test
	LeftText, RightText string
	Before              bool // it is so without the scenario too
}

// Verdicts are the assertions that do not hold and the triggers that are crossed.
// A trigger that is crossed without the scenario is left out: its record knows.
func (st *State) Verdicts() (all []Verdict) {
	for _, t := range st.sheet.Tests {
		before, now := t.Holds(st.base), t.Holds(st.values)
		if t.Kind == Assert && now || t.Kind == Trigger && (!now || before) {
			continue
		}
		v := Verdict{Test: t, Before: t.Kind == Assert && !before}
		_, v.LeftText = t.Left.Unit.Write(t.Left.value(st.values))
		_, v.RightText = t.Right.Unit.Write(t.Right.value(st.values))
		all = append(all, v)
	}
	return all
}
