package chart

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// scale10 is a scale of powers of ten over the values that it was shown. Its marks
// are written in what the values are written in: shares in per cent, times in
// seconds to days, and all else as plain numbers.
type scale10 struct {
	name        string
	least, most float64
	units       []string
}

func (a *scale10) add(v float64, text string) {
	if a.units == nil {
		a.least, a.most = v, v
	}
	a.least, a.most = min(a.least, v), max(a.most, v)
	if u := strings.TrimSpace(unit(text)); !slices.Contains(a.units, u) {
		a.units = append(a.units, u)
	}
}

// at is the share of the room at which a value stands.
func (a *scale10) at(v float64) float64 {
	return math.Log(v/a.least) / math.Log(a.most/a.least)
}

type tick struct {
	value float64
	text  string
}

// times are what clocks and calendars have names for, in seconds.
var times = []tick{{1e-6, "1 µs"}, {1e-5, "10 µs"}, {1e-4, "100 µs"}, {1e-3, "1 ms"}, {1e-2, "10 ms"}, {0.1, "100 ms"}, {1, "1 s"}, {10, "10 s"}, {60, "1 min"}, {600, "10 min"}, {3600, "1 h"}, {6 * 3600, "6 h"}, {86400, "1 d"}, {3 * 86400, "3 d"}, {10 * 86400, "10 d"}}

var timeUnits = []string{"ns", "µs", "ms", "s", "min", "h", "d"}

// ticks are at most eight marks within the scale.
func (a *scale10) ticks() (marks []tick) {
	switch {
	case !slices.ContainsFunc(a.units, func(u string) bool { return !slices.Contains(timeUnits, u) }):
		marks = slices.Clone(times)
	case len(a.units) == 1 && a.units[0] == "%":
		for _, v := range a.round() {
			marks = append(marks, tick{v / 100, number10(v) + " %"})
		}
	default:
		for _, v := range a.round() {
			marks = append(marks, tick{v, number10(v)})
		}
	}
	marks = slices.DeleteFunc(marks, func(t tick) bool { return t.value < a.least*(1-1e-9) || t.value > a.most*(1+1e-9) })
	step := max(1, (len(marks)+7)/8)
	for i := 0; i*step < len(marks); i++ {
		marks[i] = marks[i*step]
	}
	return marks[:(len(marks)+step-1)/step]
}

// round are powers of ten, and on a scale of less than two of them their double and
// their fivefold as well.
func (a *scale10) round() (values []float64) {
	steps := []float64{1}
	if a.most/a.least < 100 {
		steps = []float64{1, 2, 5}
	}
	for e := -8; e <= 15; e++ {
		for _, step := range steps {
			values = append(values, step*math.Pow10(e))
		}
	}
	return values
}

// number10 writes such a number of ten as texts of this site do.
func number10(v float64) string {
	for _, step := range []struct {
		size float64
		word string
	}{{1e12, " tn"}, {1e9, " bn"}, {1e6, " M"}, {1e4, " k"}} {
		if v >= step.size {
			if step.size == 1e4 {
				step.size = 1e3
			}
			return number(v/step.size) + step.word
		}
	}
	if v >= 1000 {
		return number(v/1000) + ",000"
	}
	return strconv.FormatFloat(v, 'g', 6, 64)
}
