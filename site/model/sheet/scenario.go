package sheet

import (
	"errors"
	"strconv"
	"strings"
)

// Scenario is the inputs that are changed, by cell, in base units.
type Scenario map[int]float64

func (c Scenario) apply(values []float64) {
	for i, v := range c {
		values[i] = v
	}
}

// longest is a scenario that changes every input of a large model.
const longest = 8000

// Scenario reads "users.daily:1bn,shard.replicas:5,message.row:high". A value is in
// the unit of its input. The error is for the reader who has the address.
func (s *Sheet) Scenario(text string) (Scenario, error) {
	changed := Scenario{}
	if len(text) > longest {
		return changed, errors.New("it is longer than " + strconv.Itoa(longest) + " letters")
	}
	for part := range strings.SplitSeq(text, ",") {
		if part == "" && text == "" {
			continue
		}
		name, value, ok := strings.Cut(part, ":")
		if !ok {
			return changed, errors.New(strconv.Quote(part) + " changes nothing: write the name of an input, a colon and a value")
		}
		i := s.Index(name)
		switch {
		case i < 0:
			return changed, errors.New(strconv.Quote(name) + " is no value of the model")
		case s.Cells[i].Code != nil:
			return changed, errors.New(name + " is computed, and no input")
		case !s.Cells[i].Ranged():
			return changed, errors.New(name + " has no range, and so is not changed here")
		}
		if _, twice := changed[i]; twice {
			return changed, errors.New(name + " is given twice")
		}
		v, err := s.Cells[i].read(value)
		if err != nil {
			return changed, errors.New(name + ": " + err.Error())
		}
		if v != s.Cells[i].Value {
			changed[i] = v
		}
	}
	return changed, nil
}

// read reads the value that an input is given.
func (c Cell) read(text string) (float64, error) {
	switch text {
	case "low":
		return c.Low, nil
	case "high":
		return c.High, nil
	}
	v, err := Parse(text)
	if err != nil {
		return 0, err
	}
	// What stands in an address has fewer digits than the value may have.
	if base := c.Value / c.Unit.Factor; closeTo(v, base) {
		return c.Value, nil
	}
	v *= c.Unit.Factor
	low, high := c.Limits()
	if v < low && !closeTo(v, low) || v > high && !closeTo(v, high) {
		_, from := c.Unit.Write(low)
		_, to := c.Unit.Write(high)
		return 0, errors.New(text + " is not between " + from + " and " + to)
	}
	return v, nil
}

func closeTo(v, w float64) bool { return v == w || Compare("==", v, w) }

// beyond is how many times an input may be below or above its range.
const beyond = 10

// Limits are the smallest and the largest value that an input may be given: beyond
// the range in which nobody would be surprised, and not beyond all sense.
func (c Cell) Limits() (low, high float64) {
	low, high = c.Low, c.High
	if low > 0 {
		low /= beyond
	}
	if high > 0 {
		high *= beyond
	}
	if c.Unit.Text == "%" && c.High <= 1 {
		high = min(high, 1) // of a share there is no more than all
	}
	return low, high
}
