package model

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"

	"lockstep/site/model/sheet"
)

// comparison says of two formulas which is the larger. It may be judged by many
// goroutines.
type comparison struct {
	text        string
	op          token.Token
	left, right *expr
}

var comparators = map[token.Token]string{token.LEQ: "≤", token.LSS: "<", token.GEQ: "≥", token.GTR: ">", token.EQL: "="}

// literalDigits shows a limit as precisely as anybody writes one.
const literalDigits = 6

// errNoComparison is a text that compares nothing, or more than two formulas.
var errNoComparison = errors.New("parse comparison: write two formulas with one of <=, <, >=, >, == between them")

// parseComparison reads "zones.lost_utilisation <= 1". Evidence may be named as
// everywhere else, with a hyphen or with an underscore.
func parseComparison(text string) (*comparison, error) {
	node, err := parser.ParseExpr(text)
	if err != nil {
		return nil, fmt.Errorf("parse comparison: %w", err)
	}
	n, ok := node.(*ast.BinaryExpr)
	if !ok || comparators[n.Op] == "" {
		return nil, errNoComparison
	}
	side := func(n ast.Expr) string { return strings.TrimSpace(text[n.Pos()-1 : n.End()-1]) }
	c := &comparison{text: text, op: n.Op}
	if c.left, err = newExpr(side(n.X), n.X); err != nil {
		return nil, err
	}
	c.right, err = newExpr(side(n.Y), n.Y)
	return c, err
}

// names are the operands of both sides, each once.
func (c *comparison) names() (names []string) {
	seen := map[string]bool{}
	for _, name := range append(append([]string{}, c.left.names...), c.right.names...) {
		if !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}

// Judgement is what a comparison comes to.
type Judgement struct {
	Text        string // as written
	Op          string // "≤", "<", "≥", ">", "="
	Left, Right string // the values of the two sides, as in prose
	Ground      string // where the first value of the comparison is derived: "/model/shards/#shards.count"
	Holds       bool
	// Way is the smaller side as a share of the larger one: 1 is where the answer
	// changes. It is 0 unless both are positive, for nobody is 40 % of the way to
	// nothing.
	Way float64
}

// Judge evaluates a comparison over the model and the evidence: "shards.count >
// 1024". Both sides have one dimension; a number alone has that of the other side
// and is in the unit in which that one is written.
func (m *Model) Judge(text string) (Judgement, error) {
	c, err := parseComparison(text)
	if err != nil {
		return Judgement{}, err
	}
	for _, name := range c.names() {
		if err := m.known(name); err != nil {
			return Judgement{}, err
		}
	}
	j, err := m.judge(c, m.evaluator(nil))
	j.Ground = m.ground(c)
	return j, err
}

func (m *Model) ground(c *comparison) string {
	for _, name := range c.names() {
		if place := m.place(name); place != "" {
			return place
		}
	}
	return ""
}

// known says what is meant by a name that nothing has.
func (m *Model) known(name string) error {
	if ev, ok := m.evidence[name]; ok {
		if !ev.number {
			return fmt.Errorf("%s is %q, and no number", name, ev.text)
		}
		return nil
	}
	if strings.HasPrefix(name, unitPrefix) || m.entries[name] != nil {
		return nil
	}
	if near := m.nearestName(name); near != "" {
		return fmt.Errorf("%w: %s; did you mean %s?", errUnknownName, name, near)
	}
	return fmt.Errorf("%w: %s", errUnknownName, name)
}

func (m *Model) judge(c *comparison, e *evaluator) (Judgement, error) {
	j := Judgement{Text: c.text, Op: comparators[c.op]}
	left, err := c.left.eval(e.value)
	if err != nil {
		return j, err
	}
	right, err := c.right.eval(e.value)
	if err != nil {
		return j, err
	}
	as := m.sides(c, left, right)
	for i, q := range []*quantity{&left, &right} {
		if as[i].literal {
			*q = quantity{q.value * as[i].unit.factor, as[i].unit.dims}
		}
	}
	if err := same("compare", left, right); err != nil {
		return j, err
	}
	_, j.Left = formatQuantity(left.value, as[0].digits, as[0].unit)
	_, j.Right = formatQuantity(right.value, as[1].digits, as[1].unit)
	j.Holds = sheet.Compare(c.op.String(), left.value, right.value)
	if left.value > 0 && right.value > 0 {
		j.Way = min(left.value/right.value, right.value/left.value)
	}
	return j, nil
}

// writing is how a side of a comparison is written. A number alone, a literal, is in
// the unit of the other side.
type writing struct {
	unit    unit
	digits  int
	literal bool
}

func (m *Model) sides(c *comparison, left, right quantity) [2]writing {
	leftUnit, leftShow := m.written(c.left, left)
	rightUnit, rightShow := m.written(c.right, right)
	l, r := writing{leftUnit, leftShow, false}, writing{rightUnit, rightShow, false}
	if len(c.right.names) == 0 && len(right.dims) == 0 {
		r = writing{leftUnit, literalDigits, true}
	} else if len(c.left.names) == 0 && len(left.dims) == 0 {
		l = writing{rightUnit, literalDigits, true}
	}
	return [2]writing{l, r}
}

// test is a comparison, which can be computed, with its sides as code.
func (m *Model) test(c *comparison, left, right sheet.Code) sheet.Test {
	value := func(x *expr) quantity {
		q, _ := x.eval(m.evaluator(nil).value)
		return q
	}
	t := sheet.Test{Op: c.op.String()}
	for i, as := range m.sides(c, value(c.left), value(c.right)) {
		side := sheet.Side{Code: []sheet.Code{left, right}[i], Scale: 1, Unit: as.unit.written(as.digits)}
		if as.literal {
			side.Scale = as.unit.factor
		}
		if i == 0 {
			t.Left = side
		} else {
			t.Right = side
		}
	}
	return t
}

// written is the unit in which the value of an expression is shown: that of its
// only name, or the base units of what it computes.
func (m *Model) written(x *expr, q quantity) (unit, int) {
	if name, ok := dotted(x.node); ok {
		if l, ok := m.evidence[name]; ok {
			return l.unit, l.digits
		}
		if en := m.entries[name]; en != nil {
			return en.unit, en.show
		}
	}
	// A sum or a product by a number has the unit of the first name that fits.
	for _, name := range x.names {
		if l, ok := m.evidence[name]; ok && l.unit.dims.equal(q.dims) {
			return l.unit, l.digits
		}
		if en := m.entries[name]; en != nil && en.unit.dims.equal(q.dims) {
			return en.unit, en.show
		}
	}
	text := q.dims.String()
	if len(q.dims) == 0 {
		text = ""
	}
	return unit{q.dims, 1, text}, 3
}
