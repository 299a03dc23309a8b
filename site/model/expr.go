package model

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"strconv"
	"strings"
)

// quantity is a number in base units.
type quantity struct {
	value float64
	dims  dims
}

// expr is a parsed formula. It may be evaluated by many goroutines.
type expr struct {
	text  string
	node  ast.Expr
	names []string // operands in order of appearance, each once
}

// parseExpr reads a formula: numbers, names with dots, + - * /, parentheses and
// the functions of [functions]. Go's own parser does it, so precedence is Go's.
func parseExpr(text string) (*expr, error) {
	node, err := parser.ParseExpr(text)
	if err != nil {
		return nil, fmt.Errorf("parse formula: %w", err)
	}
	return newExpr(text, node)
}

// newExpr takes a parsed expression that stands in text.
func newExpr(text string, node ast.Expr) (*expr, error) {
	e := &expr{text: text, node: node}
	seen := map[string]bool{}
	if err := e.walk(node, seen); err != nil {
		return nil, err
	}
	return e, nil
}

// walk accepts the few node kinds that a formula may have.
func (e *expr) walk(node ast.Expr, seen map[string]bool) error {
	switch n := node.(type) {
	case *ast.BasicLit:
		if n.Kind != token.INT && n.Kind != token.FLOAT {
			return fmt.Errorf("parse formula: %s is no number", n.Value)
		}
		return nil
	case *ast.Ident, *ast.SelectorExpr:
		name, ok := dotted(n)
		if !ok {
			return errors.New("parse formula: a name is words joined by dots")
		}
		if !seen[name] {
			seen[name] = true
			e.names = append(e.names, name)
		}
		return nil
	case *ast.ParenExpr:
		return e.walk(n.X, seen)
	case *ast.UnaryExpr:
		if n.Op != token.SUB {
			return fmt.Errorf("parse formula: operator %s is not known", n.Op)
		}
		return e.walk(n.X, seen)
	case *ast.BinaryExpr:
		if _, ok := operators[n.Op]; !ok {
			return fmt.Errorf("parse formula: operator %s is not known", n.Op)
		}
		return errors.Join(e.walk(n.X, seen), e.walk(n.Y, seen))
	case *ast.CallExpr:
		name, _ := dotted(n.Fun)
		f, ok := functions[name]
		if !ok {
			return fmt.Errorf("parse formula: function %q is not known; there are ceil, floor, log2, max, min, pow, round and sqrt", name)
		}
		if len(n.Args) < f.min || f.max > 0 && len(n.Args) > f.max {
			return fmt.Errorf("parse formula: %s takes another number of arguments than %d", name, len(n.Args))
		}
		for _, arg := range n.Args {
			if err := e.walk(arg, seen); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("parse formula: %T is not arithmetic", node)
}

func dotted(node ast.Expr) (string, bool) {
	switch n := node.(type) {
	case *ast.Ident:
		return n.Name, true
	case *ast.SelectorExpr:
		left, ok := dotted(n.X)
		return left + "." + n.Sel.Name, ok
	}
	return "", false
}

// eval computes the formula; lookup answers for names.
func (e *expr) eval(lookup func(string) (quantity, error)) (quantity, error) {
	q, err := eval(e.node, lookup)
	if err == nil && (math.IsNaN(q.value) || math.IsInf(q.value, 0)) {
		return q, errors.New("the result is not a finite number: a division by zero?")
	}
	return q, err
}

func eval(node ast.Expr, lookup func(string) (quantity, error)) (quantity, error) {
	switch n := node.(type) {
	case *ast.BasicLit:
		v, err := strconv.ParseFloat(strings.ReplaceAll(n.Value, "_", ""), 64)
		return quantity{value: v}, err
	case *ast.ParenExpr:
		return eval(n.X, lookup)
	case *ast.UnaryExpr:
		q, err := eval(n.X, lookup)
		q.value = -q.value
		return q, err
	case *ast.BinaryExpr:
		x, err := eval(n.X, lookup)
		if err != nil {
			return x, err
		}
		y, err := eval(n.Y, lookup)
		if err != nil {
			return y, err
		}
		return operators[n.Op](x, y)
	case *ast.CallExpr:
		name, _ := dotted(n.Fun)
		args := make([]quantity, len(n.Args))
		for i, arg := range n.Args {
			var err error
			if args[i], err = eval(arg, lookup); err != nil {
				return quantity{}, err
			}
		}
		q, err := functions[name].apply(args)
		if err != nil {
			err = fmt.Errorf("%s: %w", name, err)
		}
		return q, err
	}
	name, _ := dotted(node)
	return lookup(name)
}
