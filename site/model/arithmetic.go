package model

import (
	"errors"
	"fmt"
	"go/token"
	"math"

	"lockstep/site/model/sheet"
)

// operators are the arithmetic of quantities: sums need one dimension,
// products and quotients make a new one.
var operators = map[token.Token]func(x, y quantity) (quantity, error){
	token.ADD: func(x, y quantity) (quantity, error) {
		return quantity{x.value + y.value, x.dims}, same("add", x, y)
	},
	token.SUB: func(x, y quantity) (quantity, error) {
		return quantity{x.value - y.value, x.dims}, same("subtract", x, y)
	},
	token.MUL: func(x, y quantity) (quantity, error) {
		return quantity{x.value * y.value, x.dims.times(y.dims, 1)}, nil
	},
	token.QUO: func(x, y quantity) (quantity, error) {
		return quantity{x.value / y.value, x.dims.times(y.dims, -1)}, nil
	},
}

// function takes at least min arguments and at most max; max 0 is no limit.
type function struct {
	min, max int
	apply    func([]quantity) (quantity, error)
}

// functions are what a formula may call. Rounding happens in base units:
// ceil of nodes gives whole nodes, ceil of a duration whole seconds.
var functions = map[string]function{
	"ceil":  {1, 1, keep(math.Ceil)},
	"floor": {1, 1, keep(math.Floor)},
	"round": {1, 1, keep(math.Round)},
	"max":   {2, 0, pick(math.Max)},
	"min":   {2, 0, pick(math.Min)},
	"log2":  {1, 1, pureOnly(math.Log2)},
	"sqrt":  {1, 1, squareRoot},
	"pow":   {2, 2, power},
}

func same(verb string, x, y quantity) error {
	if !x.dims.equal(y.dims) {
		return fmt.Errorf("cannot %s %s and %s", verb, x.dims, y.dims)
	}
	return nil
}

// keep lifts a function that leaves the unit alone. What is an integer but for
// rounding errors counts as that integer.
func keep(f func(float64) float64) func([]quantity) (quantity, error) {
	return func(args []quantity) (quantity, error) {
		return quantity{f(sheet.Snap(args[0].value)), args[0].dims}, nil
	}
}

func pick(f func(x, y float64) float64) func([]quantity) (quantity, error) {
	return func(args []quantity) (quantity, error) {
		best := args[0]
		for _, arg := range args[1:] {
			if err := same("compare", best, arg); err != nil {
				return best, err
			}
			best.value = f(best.value, arg.value)
		}
		return best, nil
	}
}

func pureOnly(f func(float64) float64) func([]quantity) (quantity, error) {
	return func(args []quantity) (quantity, error) {
		if len(args[0].dims) > 0 {
			return args[0], fmt.Errorf("want a number without unit, got %s", args[0].dims)
		}
		return quantity{value: f(args[0].value)}, nil
	}
}

func squareRoot(args []quantity) (quantity, error) {
	root := dims{}
	for symbol, n := range args[0].dims {
		if n%2 != 0 {
			return args[0], fmt.Errorf("%s is no square", args[0].dims)
		}
		root[symbol] = n / 2
	}
	return quantity{math.Sqrt(args[0].value), root}, nil
}

func power(args []quantity) (quantity, error) {
	base, exponent := args[0], args[1]
	if len(exponent.dims) > 0 {
		return base, fmt.Errorf("the exponent has the unit %s", exponent.dims)
	}
	q := quantity{value: math.Pow(base.value, exponent.value)}
	if len(base.dims) == 0 {
		return q, nil
	}
	if exponent.value != math.Trunc(exponent.value) || math.Abs(exponent.value) > 9 {
		return base, errors.New("a quantity with a unit needs a small whole exponent")
	}
	q.dims = dims{}.times(base.dims, int(exponent.value))
	return q, nil
}
