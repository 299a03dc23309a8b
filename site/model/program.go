package model

import (
	"fmt"
	"go/ast"
	"go/token"
	"strconv"
	"strings"

	"lockstep/site/model/sheet"
)

// program is a few formulas and all that they need as a sheet of plain numbers. Units
// are checked when a model is loaded, so that what is computed thousands of times need
// not carry them.
type program struct {
	*sheet.Sheet
	cells map[string]int
}

// compile prepares to compute expressions over the model. They and their operands
// have no faults: the linker has computed them once.
func (m *Model) compile(expressions ...*expr) (*program, []sheet.Code, error) {
	p := &program{Sheet: &sheet.Sheet{}, cells: map[string]int{}}
	var codes []sheet.Code
	for _, x := range expressions {
		code, err := p.expression(m, x.node)
		if err != nil {
			return nil, nil, err
		}
		codes = append(codes, code)
	}
	return p, codes, nil
}

// expression is a whole formula as code.
func (p *program) expression(m *Model, node ast.Expr) (sheet.Code, error) {
	code, err := p.steps(m, nil, node)
	if err == nil {
		err = code.Check(len(p.Cells))
	}
	if err != nil {
		return nil, fmt.Errorf("compile formula: %w", err)
	}
	return code, nil
}

// operand is the step that takes a value; what it rests on is added before it.
func (p *program) operand(m *Model, name string) (sheet.Op, error) {
	if l, ok := m.evidence[name]; ok && l.number {
		return sheet.Number(l.value.value), nil
	}
	if symbol, ok := strings.CutPrefix(name, unitPrefix); ok {
		u, err := parseUnit(symbol)
		return sheet.Number(u.factor), err
	}
	at, ok := p.cells[name]
	if !ok {
		e := m.entries[name]
		if e == nil {
			return sheet.Op{}, fmt.Errorf("%w: %s", errUnknownName, name)
		}
		c := sheet.Cell{Name: name, Unit: e.unit.written(e.show), Value: e.value}
		if e.expr != nil {
			var err error
			if c.Code, err = p.expression(m, e.expr.node); err != nil {
				return sheet.Op{}, err
			}
		} else if e.ranged {
			c.Low, c.High = e.low, e.high
		}
		at = len(p.Cells)
		p.Cells, p.cells[name] = append(p.Cells, c), at
	}
	return sheet.Take(at), nil
}

// signWords are the operators as a sheet knows them.
var signWords = map[token.Token]string{token.ADD: "+", token.SUB: "-", token.MUL: "*", token.QUO: "/"}

// steps appends what computes a node.
func (p *program) steps(m *Model, code sheet.Code, node ast.Expr) (sheet.Code, error) {
	operands, word := []ast.Expr(nil), ""
	switch n := node.(type) {
	case *ast.BasicLit:
		v, err := strconv.ParseFloat(strings.ReplaceAll(n.Value, "_", ""), 64)
		return append(code, sheet.Number(v)), err
	case *ast.ParenExpr:
		return p.steps(m, code, n.X)
	case *ast.UnaryExpr:
		operands, word = []ast.Expr{n.X}, "neg"
	case *ast.BinaryExpr:
		operands, word = []ast.Expr{n.X, n.Y}, signWords[n.Op]
	case *ast.CallExpr:
		operands = n.Args
		word, _ = dotted(n.Fun)
	default:
		name, _ := dotted(node)
		op, err := p.operand(m, name)
		return append(code, op), err
	}
	for _, x := range operands {
		var err error
		if code, err = p.steps(m, code, x); err != nil {
			return nil, err
		}
	}
	op, ok := sheet.Call(word, len(operands))
	if !ok {
		return nil, fmt.Errorf("%q is not known", word)
	}
	return append(code, op), nil
}
