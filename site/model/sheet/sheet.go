package sheet

import (
	"cmp"
	"slices"
)

// Cell is one named value: an input, or a formula if it has code.
type Cell struct {
	Name string
	Unit Unit
	Code Code

	// Of an input, in base units. One without a range has Low and High of 0.
	Value, Low, High float64
}

// Ranged says whether an input may be changed.
func (c Cell) Ranged() bool { return c.Code == nil && c.Low < c.High }

// Sheet is a model as cells, each after those that it needs, and what hangs on them.
type Sheet struct {
	Cells []Cell
	Flips []Flip
	Tests []Test
}

// Values are the inputs as they are, with room for what Run computes.
func (s *Sheet) Values() []float64 {
	values := make([]float64, len(s.Cells))
	for i, c := range s.Cells {
		values[i] = c.Value
	}
	return values
}

// Run computes the given formulas in their order; nil is all of them.
func (s *Sheet) Run(values []float64, formulas []int) {
	if formulas == nil {
		for i, c := range s.Cells {
			if c.Code != nil {
				values[i] = c.Code.Run(values)
			}
		}
		return
	}
	for _, i := range formulas {
		values[i] = s.Cells[i].Code.Run(values)
	}
}

// Below are the inputs, by name, and the formulas, in their order, that code needs.
func (s *Sheet) Below(codes ...Code) (inputs, formulas []int) {
	needed := make([]bool, len(s.Cells))
	mark := func(c Code) {
		for _, o := range c {
			if o.kind == cell {
				needed[o.n] = true
			}
		}
	}
	for _, c := range codes {
		mark(c)
	}
	formulas = []int{}
	for i := len(s.Cells) - 1; i >= 0; i-- {
		switch {
		case !needed[i]:
		case s.Cells[i].Code == nil:
			inputs = append(inputs, i)
		default:
			mark(s.Cells[i].Code)
			formulas = append(formulas, i)
		}
	}
	slices.Reverse(formulas)
	slices.SortFunc(inputs, func(a, b int) int { return cmp.Compare(s.Cells[a].Name, s.Cells[b].Name) })
	return inputs, formulas
}

// Index finds a cell by name, or -1.
func (s *Sheet) Index(name string) int {
	return slices.IndexFunc(s.Cells, func(c Cell) bool { return c.Name == name })
}
