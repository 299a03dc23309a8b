package model

import (
	"fmt"
	"go/ast"
	"go/token"
	"math"
	"strconv"
	"strings"
)

// program is a few formulas and all that they need as arithmetic on plain numbers,
// in an order in which each is computed once. Units are checked when a model is
// loaded, so that what is computed thousands of times need not carry them.
type program struct {
	inputs map[string]int // slots of inputs
	base   []float64      // inputs in their slots, room for the rest
	steps  []step
	slots  map[string]int // slots of everything
}

type step struct {
	slot int
	run  func([]float64) float64
}

// compile prepares to compute expressions over the model. They and their operands
// have no faults: the linker has computed them once.
func (m *Model) compile(expressions ...*expr) (*program, []func([]float64) float64, error) {
	p := &program{inputs: map[string]int{}, slots: map[string]int{}}
	var runs []func([]float64) float64
	for _, x := range expressions {
		run, err := p.expression(m, x.node)
		if err != nil {
			return nil, nil, err
		}
		runs = append(runs, run)
	}
	return p, runs, nil
}

// compute runs the steps on values, which begin as a copy of base.
func (p *program) compute(values []float64) {
	for _, s := range p.steps {
		values[s.slot] = s.run(values)
	}
}

func (p *program) operand(m *Model, name string) (func([]float64) float64, error) {
	if l, ok := m.evidence[name]; ok && l.number {
		v := l.value.value
		return func([]float64) float64 { return v }, nil
	}
	if symbol, ok := strings.CutPrefix(name, unitPrefix); ok {
		u, err := parseUnit(symbol)
		return func([]float64) float64 { return u.factor }, err
	}
	slot, ok := p.slots[name]
	if !ok {
		e := m.entries[name]
		if e == nil {
			return nil, fmt.Errorf("%w: %s", errUnknownName, name)
		}
		if e.expr == nil {
			slot = p.slot(name, e.value)
			p.inputs[name] = slot
		} else {
			run, err := p.expression(m, e.expr.node)
			if err != nil {
				return nil, err
			}
			slot = p.slot(name, 0)
			p.steps = append(p.steps, step{slot, run})
		}
	}
	return func(values []float64) float64 { return values[slot] }, nil
}

func (p *program) slot(name string, value float64) int {
	p.slots[name] = len(p.base)
	p.base = append(p.base, value)
	return len(p.base) - 1
}

func (p *program) expression(m *Model, node ast.Expr) (func([]float64) float64, error) {
	switch n := node.(type) {
	case *ast.BasicLit:
		v, err := strconv.ParseFloat(strings.ReplaceAll(n.Value, "_", ""), 64)
		return func([]float64) float64 { return v }, err
	case *ast.ParenExpr:
		return p.expression(m, n.X)
	case *ast.UnaryExpr:
		x, err := p.expression(m, n.X)
		return func(values []float64) float64 { return -x(values) }, err
	case *ast.BinaryExpr:
		x, err := p.expression(m, n.X)
		if err != nil {
			return nil, err
		}
		y, err := p.expression(m, n.Y)
		switch n.Op {
		case token.ADD:
			return func(values []float64) float64 { return x(values) + y(values) }, err
		case token.SUB:
			return func(values []float64) float64 { return x(values) - y(values) }, err
		case token.MUL:
			return func(values []float64) float64 { return x(values) * y(values) }, err
		}
		return func(values []float64) float64 { return x(values) / y(values) }, err
	case *ast.CallExpr:
		return p.call(m, n)
	}
	name, _ := dotted(node)
	return p.operand(m, name)
}

func (p *program) call(m *Model, n *ast.CallExpr) (func([]float64) float64, error) {
	name, _ := dotted(n.Fun)
	args := make([]func([]float64) float64, len(n.Args))
	for i, arg := range n.Args {
		var err error
		if args[i], err = p.expression(m, arg); err != nil {
			return nil, err
		}
	}
	one := func(f func(float64) float64) (func([]float64) float64, error) {
		return func(values []float64) float64 { return f(args[0](values)) }, nil
	}
	all := func(f func(x, y float64) float64) (func([]float64) float64, error) {
		return func(values []float64) float64 {
			best := args[0](values)
			for _, arg := range args[1:] {
				best = f(best, arg(values))
			}
			return best
		}, nil
	}
	switch name {
	case "ceil":
		return one(func(v float64) float64 { return math.Ceil(snap(v)) })
	case "floor":
		return one(func(v float64) float64 { return math.Floor(snap(v)) })
	case "round":
		return one(func(v float64) float64 { return math.Round(snap(v)) })
	case "log2":
		return one(math.Log2)
	case "sqrt":
		return one(math.Sqrt)
	case "max":
		return all(math.Max)
	case "min":
		return all(math.Min)
	case "pow":
		return all(math.Pow)
	}
	return nil, fmt.Errorf("compile formula: function %q is not known", name)
}
