package sheet

import "math"

// Test is a comparison of two formulas.
type Test struct {
	Op          string // "<=", "<", ">=", ">", "=="
	Left, Right Side

	// What readers are told of it. Name is "" where no text asks for its values.
	Name    string
	Kind    string // Assert or Trigger
	Subject string // what Left is, "" if it has no name
	Says    string
	Place   string // rooted path of where it is shown
	Of      string // of a trigger: the record that has it
}

// signs are how comparisons are printed.
var signs = map[string]string{"<=": "≤", "<": "<", ">=": "≥", ">": ">", "==": "="}

// write gives both sides with what stands between them: "78 % ≤ 100 %".
func (t Test) write(values []float64) string {
	_, left := t.Left.Unit.Write(t.Left.value(values))
	_, right := t.Right.Unit.Write(t.Right.value(values))
	return left + " " + signs[t.Op] + " " + right
}

// The kinds of tests: an assertion has to hold, and a trigger has not to.
const (
	Assert  = "assert"
	Trigger = "trigger"
)

// Side is one formula of a comparison. A number alone is in the unit of the other
// side: Scale is what it is multiplied by.
type Side struct {
	Code  Code
	Scale float64
	Unit  Unit
}

func (s Side) value(values []float64) float64 { return s.Code.Run(values) * s.Scale }

// Holds judges the comparison over the values of all cells.
func (t Test) Holds(values []float64) bool {
	return Compare(t.Op, t.Left.value(values), t.Right.value(values))
}

// Compare compares as people read the values: two that differ by a rounding error
// of the arithmetic are equal.
func Compare(op string, left, right float64) bool {
	equal := math.Abs(left-right) <= 1e-9*max(math.Abs(left), math.Abs(right))
	switch op {
	case "<=":
		return equal || left < right
	case "<":
		return !equal && left < right
	case ">=":
		return equal || left > right
	case ">":
		return !equal && left > right
	}
	return equal
}

// Flip asks at which value of one input a comparison changes its answer.
type Flip struct {
	Name  string
	Input int
	Test  Test
}

// flipTries is how finely each direction is searched, and FlipReach how far: an
// input is multiplied and divided by up to a thousand.
const (
	flipTries = 300
	FlipReach = 1000
)

// Find looks in both directions from an input's value and keeps the nearer place.
// Everything else stays as it is in values. It is false if there is none.
func (s *Sheet) Find(f Flip, values []float64) (value float64, found bool) {
	_, formulas := s.Below(f.Test.Left.Code, f.Test.Right.Code)
	in, now := &s.Cells[f.Input], values[f.Input]
	trial := make([]float64, len(values))
	holdsAt := func(factor float64) bool {
		copy(trial, values)
		trial[f.Input] = now * factor
		s.Run(trial, formulas)
		return f.Test.Holds(trial)
	}
	best := math.Inf(1)
	for _, direction := range []float64{1, -1} {
		far := math.Log(FlipReach) * direction
		if in.Unit.Text == "%" && direction > 0 {
			far = math.Log(max(1, 1/now)) // of a share there is no more than all
		}
		for i := 1; i <= flipTries; i++ {
			inside, outside := far*float64(i-1)/flipTries, far*float64(i)/flipTries
			if holdsAt(math.Exp(outside)) {
				continue
			}
			for range 60 {
				if middle := (inside + outside) / 2; holdsAt(math.Exp(middle)) {
					inside = middle
				} else {
					outside = middle
				}
			}
			if math.Abs(outside) < best {
				best, found, value = math.Abs(outside), true, now*math.Exp(outside)
			}
			break
		}
	}
	return value, found
}
